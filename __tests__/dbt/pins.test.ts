import { describe, expect, it } from 'vitest'
import { type Pin, packagesHash, pinsOf } from '../../src/dbt/pins.ts'
import { allowsDbt, highestVersion } from '../../src/dbt/version.ts'

const project = 'name: shop\n'

/** `kind source version`, of each pin. */
function shown({ pins, isComplete }: ReturnType<typeof pinsOf>): string[] {
  const version = (pin: Pin) =>
    pin.kind === 'hub'
      ? pin.versions.join(',')
      : pin.kind === 'git'
        ? `${pin.revision}/${pin.subdirectory}`
        : pin.kind === 'none'
          ? pin.reason
          : ''
  return [...(isComplete ? ['complete'] : []), ...pins.map((pin) => `${pin.kind} ${pin.source} ${version(pin)}`.trim())]
}

const hash = '226ae69cdfbc9367e2aa2c472b01f99dbce11de0'
const utils = 'packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n'
const lock = `packages:
  - name: dbt_utils
    package: dbt-labs/dbt_utils
    version: 1.2.0
  - git: https://example.com/acme/tools.git
    name: acme_tools
    revision: 0123456789012345678901234567890123456789
    subdirectory: dbt
  - name: shared
    tarball: https://example.com/shared.tar.gz
  - local: ../libraries
    name: libraries
`

describe('what a project needs', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['nothing', {}, []],
    ['an exact version', { 'packages.yml': utils }, ['hub dbt-labs/dbt_utils 1.3.0']],
    [
      'a range',
      { 'dependencies.yml': 'packages: [{package: a/b, version: [">=1.0.0", "<2.0.0"]}]' },
      ['hub a/b >=1.0.0,<2.0.0'],
    ],
    [
      'a revision that YAML reads as a number',
      { 'packages.yml': 'packages: [{git: "https://x/y.git", revision: 1.0}]' },
      ['git https://x/y.git 1.0/null'],
    ],
    [
      'a lock file',
      { 'packages.yml': utils, 'package-lock.yml': `${lock}sha1_hash: ${hash}\n` },
      [
        'complete',
        'hub dbt-labs/dbt_utils 1.2.0',
        'git https://example.com/acme/tools.git 0123456789012345678901234567890123456789/dbt',
        'tarball https://example.com/shared.tar.gz',
      ],
    ],
    [
      'a lock file of another packages.yml',
      { 'packages.yml': utils, 'package-lock.yml': `${lock}sha1_hash: ${'f'.repeat(40)}\n` },
      ['hub dbt-labs/dbt_utils 1.3.0'],
    ],
    [
      'a lock file without a hash',
      { 'packages.yml': utils, 'package-lock.yml': lock },
      ['hub dbt-labs/dbt_utils 1.3.0'],
    ],
    [
      'an address with a secret',
      { 'packages.yml': `packages: [{git: "https://{{ env_var('DBT_ENV_SECRET_TOKEN') }}@x/y.git", revision: v1}]` },
      [
        "none https://{{ env_var('DBT_ENV_SECRET_TOKEN') }}@x/y.git its address is made of environment variables, which a check does not look at",
      ],
    ],
    [
      'a private package',
      { 'packages.yml': 'packages: [{private: acme/tools, revision: v1}]' },
      ['none acme/tools a private package is known to the dbt platform alone'],
    ],
    [
      'what a local package needs',
      { 'packages.yml': 'packages: [{local: lib}]', 'lib/dbt_project.yml': 'name: lib', 'lib/packages.yml': utils },
      ['hub dbt-labs/dbt_utils 1.3.0'],
    ],
    ['no YAML', { 'packages.yml': 'packages: [', 'package-lock.yml': '{' }, []],
  ])('%s', (_, files, expected) => {
    const input = { files: new Map(Object.entries({ 'dbt_project.yml': project, ...files })), root: 'projects/shop' }
    expect(shown(pinsOf(input))).toEqual(expected)
  })
})

// Each hash is what dbt-core 1.11 and 1.12 write.
it.each([
  [[{ package: 'dbt-labs/dbt_utils', version: '1.3.0' }], hash],
  [
    [{ package: 'dbt-labs/dbt_utils', version: ['>=1.0.0', '<2.0.0'], install_prerelease: true }],
    '0e2aafdfe3b75c5e70f121fa79cd7a8618b7b499',
  ],
  [
    [
      { package: 'a/b', version: 1.5 },
      { local: '../x' },
      { git: 'https://x/y.git', revision: 'main', 'warn-unpinned': false, subdirectory: 's' },
      { git: 'https://x/é.git', revision: 'one' },
      { tarball: 'https://t/x.tar.gz', name: 'x' },
      { private: 'a/b', revision: 'v1' },
    ],
    'ec0d0ca7a616c72b122f13152bd5da4ee8df6fcf',
  ],
])('the hash of %j', (entries, expected) => {
  expect(packagesHash(entries)).toBe(expected)
})

const available = [
  '0.9.0',
  '1.0.0',
  '1.2.0',
  '1.10.0',
  '2.0.0-rc1',
  '2.0.0-rc2',
  '2.0.0',
  '2.1.0-a.2',
  '2.1.0-a.10',
  'nightly',
]

it.each<[string[], boolean, string | null]>([
  [['1.2.0'], false, '1.2.0'],
  [['=1.2.0'], false, '1.2.0'],
  [['>=1.0.0', '<2.0.0'], false, '1.10.0'],
  [['>=1.0.0', '<2.0.0'], true, '1.10.0'],
  [['>=1.0.0', '<=2.0.0'], true, '2.0.0'],
  [['>1.10.0'], false, '2.0.0'],
  [['>1.10.0'], true, '2.1.0-a.10'],
  [['2.0.0-rc1'], false, '2.0.0-rc1'],
  [['>=2.0.0-rc1', '<2.1.0'], false, '2.0.0'],
  [['>=3.0.0'], false, null],
  [['1.2'], false, null],
  [['>=1.0.0', '1.2.0'], false, '1.2.0'],
  [['>=1.5.0', '1.2.0'], false, null],
  [[], false, '2.0.0'],
])('of %j with prereleases %s the highest is %s', (wanted, prereleases, expected) => {
  expect(highestVersion(wanted, available, prereleases)).toBe(expected)
})

it.each<[string[], boolean]>([
  [[], true],
  [['>=1.3.0', '<2.0.0'], true],
  [['>=1.13.0'], false],
  [['<1.12.5'], false],
  [['anything'], false],
])('a package for dbt %j: %s', (required, expected) => {
  expect(allowsDbt(required)).toBe(expected)
})
