import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { readProjectFiles } from '../../src/adapters/files.ts'
import { isPublicAddress } from '../../src/adapters/packages/address.ts'
import { PackageSource } from '../../src/adapters/packages.ts'
import { namedSources, packagesHash, pinsOf } from '../../src/dbt/pins.ts'
import { withFetchedPackages } from '../../src/packages.ts'
import { archive, packageFiles, serve, serveHub } from '../package-server.ts'
import { newRepository, temporaryFolder } from '../repository.ts'
import { command } from '../tools/command.ts'
import { dbtVersions } from '../tools/dbt.ts'
import { describeWith } from '../tools/optional.ts'
import { pythonBin } from '../tools/python.ts'

/** A hub with a package that needs another one, in versions of every kind. */
function hub() {
  const needed = [{ package: 'acme/deep', version: ['>=0.1.0', '<=0.3.0'] }]
  const files = packageFiles('tools', '1.0.0', { 'packages.yml': JSON.stringify({ packages: needed }) })
  const deep = (version: string) => ({ files: packageFiles('deep', version) })
  return serveHub({
    'acme/tools': { '1.0.0': { files, packages: needed } },
    'acme/deep': {
      '0.1.0': deep('0.1.0'),
      '0.2.0': deep('0.2.0'),
      '0.10.0': deep('0.10.0'),
      '0.3.0-rc1': deep('0.3.0-rc1'),
      '0.2.5': { ...deep('0.2.5'), requires: ['>=0.19.0', '<1.0.0'] },
    },
    'acme/early': {
      '1.0.0': { files: packageFiles('early', '1.0.0') },
      '2.0.0-rc.2': { files: packageFiles('early', '2.0.0-rc.2') },
      '2.0.0-rc.10': { files: packageFiles('early', '2.0.0-rc.10') },
      '2.0.0': { files: packageFiles('early', '2.0.0') },
    },
  })
}

function upstream(): string {
  const repository = newRepository()
  repository.commit(
    'one',
    packageFiles('of_git', '1', { 'dbt/dbt_project.yml': 'name: inner\n', 'dbt/macros/a.sql': 'x\n' }),
  )
  repository.git('tag', '-a', '1.0', '-m', 'one')
  repository.commit('two', { 'README.md': 'two\n' })
  return repository.root
}

describeWith('python', 'dbt deps', () => {
  it.each(dbtVersions)(
    'of %s installs what is fetched here',
    async (dbtVersion) => {
      const server = await serve(new Map([['/t.tar.gz', await archive('t-1', packageFiles('of_tarball', '1'))]]))
      const { url } = await hub()
      const git = `file://${upstream()}`
      const packages = [
        { package: 'acme/tools', version: '1.0.0' },
        { package: 'acme/early', version: ['>=1.0.0', '<2.0.0'], install_prerelease: true },
        { git, revision: '1.0', 'warn-unpinned': false },
        { git, subdirectory: 'dbt' },
        { tarball: `${server.url}t.tar.gz`, name: 'of_tarball' },
        { local: './own' },
      ]
      const project = temporaryFolder()
      const put = (path: string, text: string) => {
        mkdirSync(dirname(join(project, path)), { recursive: true })
        writeFileSync(join(project, path), text)
      }
      put('dbt_project.yml', 'name: shop\nprofile: shop\n')
      put('packages.yml', JSON.stringify({ packages }))
      put('own/dbt_project.yml', 'name: own\n')
      put('own/packages.yml', JSON.stringify({ packages: [{ package: 'acme/deep', version: '<0.10.0' }] }))
      const fetched = async () => {
        const input = { files: await readProjectFiles(project), root: '' }
        const source = new PackageSource(
          { hub: url, cache: temporaryFolder() },
          { isPublic: isPublicAddress, timeoutMs: 30_000 },
        )
        const of = await withFetchedPackages({ ...input, source: async () => source, trusted: namedSources(input) })
        expect(of.packages.problems).toEqual([])
        return new Map([...of.files].filter(([path]) => path.startsWith('dbt_packages/')).sort())
      }
      const withoutLock = await fetched()
      const dbt = join(await pythonBin(dbtVersion), 'dbt')
      const env = { DBT_PACKAGE_HUB_URL: url, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' }
      await command(dbt, ['--quiet', 'deps'], { cwd: project, env })
      const installed = await readProjectFiles(project)
      const expected = [...installed].filter(
        ([path]) => path.startsWith('dbt_packages/') && !path.startsWith('dbt_packages/own'),
      )
      expect(expected.map(([path]) => path)).toContain('dbt_packages/deep/macros/version.sql')
      expect([...withoutLock]).toEqual(expected.sort())
      // The lock file that dbt has written is of this packages.yml here too, and leads to the same.
      expect(readFileSync(join(project, 'package-lock.yml'), 'utf8')).toContain(`sha1_hash: ${packagesHash(packages)}`)
      rmSync(join(project, 'dbt_packages'), { recursive: true })
      expect(pinsOf({ files: await readProjectFiles(project), root: '' }).isComplete).toBe(true)
      expect([...(await fetched())]).toEqual(expected)
    },
    180_000,
  )
})
