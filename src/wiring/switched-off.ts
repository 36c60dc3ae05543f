const header = [
  '# Copied on the first start, and switched off, for these players are real ones. To have it run: take out the lines',
  '# `enabled: false` that you want to run, and the `# ` before the tests.',
]
const entry = /^ {2}[^\s#][^:]*:\s*(#.*)?$/

/**
 * A shipped rule file with each rule and each schedule switched off, and its tests as comments. Its first line is the
 * schema that editors look for.
 */
export function switchedOff(text: string): string {
  let section = ''
  const [first = '', ...lines] = text.split('\n').flatMap((line) => {
    section = /^(\w+):/.exec(line)?.[1] ?? section
    if (section === 'tests' && line !== '') return [`# ${line}`]
    const isOff = (section === 'rules' || section === 'schedules') && entry.test(line)
    return isOff ? [line, '    enabled: false'] : [line]
  })
  return [first, ...(section === 'stories' ? [] : header), ...lines].join('\n')
}
