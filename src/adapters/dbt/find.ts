import { constants } from 'node:fs'
import { access, open, realpath, stat } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'

const windows = process.platform === 'win32'

/** PATH, which Windows writes as it likes. */
export function pathOf(environment: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(environment).find(([name]) => name.toUpperCase() === 'PATH')?.[1]
}

/** The full path of a program in the folders of a PATH, or null. */
export async function findProgram(name: string, path: string | undefined): Promise<string | null> {
  for (const folder of (path ?? '').split(delimiter).filter(Boolean)) {
    const file = join(folder, windows ? `${name}.exe` : name)
    if (await isExecutable(file)) return file
  }
  return null
}

/**
 * The Python that a `dbt` runs in: the one its script names, or on Windows the one beside its program. Null for what is
 * neither: a version manager's stand-in, dbt Fusion.
 */
export async function pythonOf(dbt: string, path: string | undefined): Promise<string | null> {
  const file = await realpath(dbt)
  const named = interpreterOf(await beginning(file))
  if (named !== null) {
    const python = named.includes('/') ? named : await findProgram(named, path)
    return python !== null && (await isExecutable(python)) ? python : null
  }
  if (!windows) return null
  for (const folder of [dirname(file), dirname(dirname(file))]) {
    if (await isExecutable(join(folder, 'python.exe'))) return join(folder, 'python.exe')
  }
  return null
}

/**
 * The Python in the first lines of a script: `#!/path/python`, `#!/usr/bin/env python3`, or for paths that are too long or
 * have spaces `#!/bin/sh` and `'''exec' "/path/python" "$0" "$@"`, as pip and uv write it. Null when none is named.
 */
export function interpreterOf(text: string): string | null {
  const [first = '', second = ''] = text.split('\n')
  if (!first.startsWith('#!')) return null
  const words = first.slice(2).trim().split(/\s+/)
  const direct = basename(words[0] ?? '') === 'env' ? words.at(-1) : first.slice(2).trim()
  if (direct !== undefined && isPython(direct)) return direct
  const long = /^'''exec' (?:"([^"]+)"|'([^']+)'|(\S+)) "\$0" "\$@"/.exec(second)
  const named = long?.[1] ?? long?.[2] ?? long?.[3]
  return named !== undefined && isPython(named) ? named : null
}

function isPython(path: string): boolean {
  return /^(?:python|pypy)[\d.]*$/.test(basename(path))
}

async function beginning(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}
