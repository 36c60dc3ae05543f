const signs = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits only: the cloud's broker was seen to mistreat dashes in client ids. */
export function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => signs[Math.floor(random() * signs.length)] ?? 'x').join('')
}
