/** `1 model`, `2 models`, `2,000 models`. */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${count === 1 ? noun : plural(noun)}`
}

/** `2,000`. Not toLocaleString, whose first call loads all of Intl. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function plural(noun: string): string {
  return `${noun}s`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** What a set of resources is called: by their kind when they are all of one. */
export function nounOf(resources: readonly { readonly resource_type: string }[]): string {
  const [kind = 'model', ...others] = new Set(resources.map((it) => it.resource_type))
  return others.length > 0 ? 'node' : kind.replaceAll('_', ' ')
}
