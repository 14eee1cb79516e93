import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { command } from './tools/command.ts'
import { goProgram } from './tools/go.ts'
import { describeWith } from './tools/optional.ts'
import { pythonBin } from './tools/python.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

describeWith(['go', 'python'], 'the workflows and the action', () => {
  test('have nothing that actionlint finds', async () => {
    await command(await goProgram('actionlint'), ['-no-color', '-shellcheck=', '-pyflakes='], { cwd: root })
  }, 300_000)

  test('have nothing that zizmor finds', async () => {
    const zizmor = join(await pythonBin('zizmor'), 'zizmor')
    await command(zizmor, ['--offline', '--no-progress', '--persona=regular', '.github/workflows', 'action.yml'], {
      cwd: root,
    })
  }, 300_000)
})

describe('README.md', () => {
  const examples = [...readme.matchAll(/^```yaml\n# \.github\/workflows\/(\S+)\n([\s\S]*?)^```$/gm)]

  test.each(examples.map(([, name, text]) => [name, text]))(
    '%s is a workflow that uses inputs and outputs which the action has',
    (_, text) => {
      const action = load(readFileSync(join(root, 'action.yml'), 'utf8')) as { inputs: object; outputs: object }
      const workflow = load(text ?? '') as { jobs: Record<string, { steps: { uses?: string; with?: object }[] }> }
      const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
      const ours = steps.filter((step) => step.uses?.startsWith('dbt-regions/'))
      expect(ours.length).toBeGreaterThan(0)
      for (const step of ours)
        expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})))
      for (const [, output] of (text ?? '').matchAll(/steps\.\w+\.outputs\.([\w-]+)/g))
        expect(Object.keys(action.outputs)).toContain(output)
    },
  )
})
