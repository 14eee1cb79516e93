import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isProjectFile, isWithin, readProjectFiles } from '../../src/adapters/files.ts'
import { openGit } from '../../src/adapters/git.ts'
import { newRepository, temporaryFolder } from '../repository.ts'

test('a commit is read as it was, whatever its names and texts', async () => {
  const repository = newRepository()
  const files = {
    'p/models/a b.sql': 'select 1\n',
    'p/models/ü.sql': 'select "é"\n\n',
    'p/empty.yml': '',
    'q/other.sql': 'x',
  }
  const commit = repository.commit('first', files)
  repository.write({ 'p/models/a b.sql': 'changed' })
  const git = await openGit(join(repository.root, 'p'))
  const paths = await git.list(commit, ['p'])
  expect(paths).toEqual(['p/empty.yml', 'p/models/a b.sql', 'p/models/ü.sql'])
  expect(Object.fromEntries(await git.read(commit, [...paths, 'p/gone.sql']))).toEqual({
    'p/models/a b.sql': 'select 1\n',
    'p/models/ü.sql': 'select "é"\n\n',
    'p/empty.yml': '',
  })
})

test('what differs from a commit: edited, removed, staged and untracked files, ignored ones not', async () => {
  const repository = newRepository()
  const commit = repository.commit('first', {
    'p/a.sql': '1',
    'p/b.sql': '1',
    'p/c.sql': '1',
    '.gitignore': 'dbt_packages\n',
    'q.sql': '1',
  })
  repository.write({ 'p/a.sql': '2', 'p/b.sql': null, 'p/new.sql': '1', 'p/dbt_packages/x.sql': '1', 'q.sql': '2' })
  repository.git('add', 'p/a.sql')
  const git = await openGit(repository.root)
  expect(await git.changed(commit, 'p')).toEqual(['p/a.sql', 'p/b.sql', 'p/new.sql'])
  expect(await git.isDirty()).toBe(true)
})

test('outside of a repository it says so', async () => {
  await expect(openGit(temporaryFolder())).rejects.toThrow(/is not in a git repository; run dbt-regions inside one/)
})

test('project files are read without following links out of the repository, and without what dbt makes', async () => {
  const repository = newRepository()
  const outside = temporaryFolder()
  repository.write({
    'models/a.sql': 'a',
    'models/target/b.sql': 'b',
    'models/venv/c.sql': 'c',
    'models/node_modules/d.SQL': 'd',
    'models/line\nbreak/e\n.sql': 'e',
    'venv/lib/x.py': 'x',
    'node_modules/x.md': 'x',
    'target/compiled/a.sql': 'x',
    'logs/dbt.yml': 'x',
    'seeds/s.csv': 's',
    '.dbtignore': 'i',
  })
  repository.write({ 'secret.yml': 'top' })
  symlinkSync(join(repository.root, 'secret.yml'), join(repository.root, 'models', 'link.yml'))
  symlinkSync(outside, join(repository.root, 'models', 'folder'))
  const files = await readProjectFiles(repository.root)
  expect([...files.keys()]).toEqual([
    '.dbtignore',
    'models/a.sql',
    'models/line\nbreak/e\n.sql',
    'models/node_modules/d.SQL',
    'models/target/b.sql',
    'models/venv/c.sql',
    'secret.yml',
    'seeds/s.csv',
  ])
  expect([...files.keys()].every(isProjectFile)).toBe(true)
})

test('a folder is within the repository unless a link leads to it', async () => {
  const repository = newRepository()
  const outside = temporaryFolder()
  repository.write({ 'p/models/a.sql': 'a' })
  symlinkSync(outside, join(repository.root, 'link'))
  symlinkSync(join(repository.root, 'p'), join(repository.root, 'inner'))
  const folders = ['', 'p', 'p/models', 'gone', 'link', 'inner', 'inner/models']
  const within = await Promise.all(folders.map((folder) => isWithin(repository.root, folder)))
  expect(within).toEqual([true, true, true, true, false, false, false])
})

test('a name with a line break asks for nothing but itself', async () => {
  const repository = newRepository()
  const commit = repository.commit('first', { 'p/b.sql': 'before' })
  repository.commit('second', { 'other.sql': 'after', 'p/a\nHEAD:other.sql': 'x', 'p/b.sql': 'after' })
  const git = await openGit(repository.root)
  const paths = await git.changed(commit, 'p')
  expect(paths).toEqual(['p/a\nHEAD:other.sql', 'p/b.sql'])
  expect([...(await git.read(commit, paths))]).toEqual([['p/b.sql', 'before']])
})

test("a folder's name is no pattern", async () => {
  const repository = newRepository()
  const commit = repository.commit('first', {
    'a.sql': '1',
    ':(exclude)a.sql/b.sql': '1',
    'p*/c.sql': '1',
    'pq/c.sql': '1',
  })
  repository.write({ 'a.sql': '2', ':(exclude)a.sql/b.sql': '2', 'p*/c.sql': '2', 'pq/c.sql': '2' })
  const git = await openGit(repository.root)
  expect(await git.changed(commit, ':(exclude)a.sql')).toEqual([':(exclude)a.sql/b.sql'])
  expect(await git.changed(commit, 'p*')).toEqual(['p*/c.sql'])
})
