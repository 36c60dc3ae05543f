/**
 * Where something is mounted, of the text of `/proc/self/mountinfo`: the fifth field of each line, in which blanks, tabs,
 * line ends and backslashes stand as three octal digits. Source: proc_pid_mountinfo(5).
 */
export function mountPoints(mountinfo: string): ReadonlySet<string> {
  const fields = mountinfo.split('\n').map((line) => line.split(' ')[4] ?? '')
  return new Set(fields.filter((place) => place.startsWith('/')).map(unescaped))
}

/** Whether an absolute folder lies on nothing but the root of the file system, which goes with its container. */
export function isInContainer(folder: string, points: ReadonlySet<string>): boolean {
  const above = folder.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))
  return !above.some((place) => place !== '' && place !== '/' && points.has(place))
}

// The kernel writes all other signs as they are, those of several bytes too.
function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}
