import { expect, it } from 'vitest'
import { writeManifest } from '../../src/dbt/write.ts'
import { node, parsed } from './project.ts'

const rows = (last: string): string => `id\n${'1\n'.repeat(524_286)}${last}`

it.each([
  ['1 MiB', rows('1'), '', 'sha256'],
  ['1 MiB and a byte', rows('11'), '', 'path'],
  ['1 MiB in characters, more in bytes', rows('é'), '', 'path'],
  ['more than 1 MiB where the project allows for it', rows('11'), 'flags: {maximum_seed_size_mib: 2}\n', 'sha256'],
  ['any size where nothing limits it', rows('11'), 'flags: {maximum_seed_size_mib: 0}\n', 'sha256'],
])('a seed of %s', (_, text, flags, name) => {
  const project = parsed({ 'seeds/s.csv': text, 'dbt_project.yml': `name: shop\nprofile: shop\n${flags}` })
  const { checksum } = JSON.parse(writeManifest(project)).nodes['seed.shop.s']
  expect(checksum.name).toBe(name)
  if (name === 'path') expect(checksum).toEqual({ name, checksum: 'seeds/s.csv' })
})

it('a large seed is still told from another by what is in it', () => {
  const [one, two] = ['11', '22'].map((last) => node(parsed({ 'seeds/s.csv': rows(last) }), '.s').checksum)
  expect(one?.content).not.toBe(two?.content)
})
