import { spawnSync } from 'node:child_process'
import { test } from 'vitest'

export interface Rendering {
  readonly template: string
  /** What came in under the topic, or for a command the value that Home Assistant sends. */
  readonly value: unknown
}

/**
 * Home Assistant renders templates with Python's Jinja in a sandbox; so does this, with the few names of its own that
 * its MQTT templates may use. A name that is not there, which it would only warn of, is an error here.
 */
const program = `
import json, sys
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
env = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
env.filters['to_json'] = json.dumps
env.filters['from_json'] = json.loads
env.filters['is_number'] = lambda value: str(value).lstrip('-').replace('.', '', 1).isdigit()
answers = []
for each in json.load(sys.stdin):
    names = {'value': each['value']}
    try:
        names['value_json'] = json.loads(each['value'])
    except (TypeError, ValueError):
        pass
    answers.append(env.from_string(each['template']).render(names))
json.dump(answers, sys.stdout)
`

// Debian's own has Debian's Jinja, whichever Python comes first on the path.
const pythons = ['python3', '/usr/bin/python3']
const python = pythons.find((each) => spawnSync(each, ['-c', 'import jinja2']).status === 0)

/** Renders all of them in one go; fails with Jinja's own words. */
export function render(renderings: readonly Rendering[]): string[] {
  if (python === undefined) throw new Error('python3 with jinja2 is not installed')
  const { status, stdout, stderr } = spawnSync(python, ['-c', program], {
    input: JSON.stringify(renderings),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[]
}

/** A test that needs Jinja: skipped by name where it is missing, a failure in CI. */
export function testWithJinja(name: string, run: () => void | Promise<void>): void {
  const reason = 'python3 with jinja2 not installed'
  if (python !== undefined) test(name, run)
  else if (process.env.CI === 'true') test(name, () => Promise.reject(new Error(reason)))
  else test.skip(`${name} (skipped: ${reason})`, run)
}
