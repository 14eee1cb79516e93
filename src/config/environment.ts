/** A word of a name that says that the value is nobody's to see. */
const credential = /SECRET|TOKEN|PASS|PWD|KEY|CRED|AUTH|PRIVATE|CERT|SIGNATURE|(?:^|_)(?:PAT|SAS|DSN|URI|URL)(?:_|$)/i

/** Whether a variable's name says that it holds a credential. */
export function isCredential(name: string): boolean {
  return credential.test(name)
}

/**
 * The environment that `env_var` may see while code that nobody has merged is read, so that a pull request cannot write a
 * token into its comment: the variables that are named, or where none are (null) dbt's own, and of neither one that is named like a credential.
 */
export function visibleEnvironment(
  env: ReadonlyMap<string, string>,
  names: readonly string[] | null,
): ReadonlyMap<string, string> {
  const isNamed = (name: string): boolean => (names === null ? name.startsWith('DBT_') : names.includes(name))
  return new Map([...env].filter(([name]) => isNamed(name) && !isCredential(name)))
}
