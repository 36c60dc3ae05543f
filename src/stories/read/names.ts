/** What scenes may be called: dots are of those that are made of a carousel. */
export const sceneNames = {
  pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} _-]{0,59}$',
  expected: 'up to 60 letters, digits, spaces, "-" and "_"',
}
