type Child = Node | string | null | false
type Attributes = Readonly<Record<string, string | number | boolean | null | ((event: Event) => void)>>

/**
 * An element with attributes and children. A text is only ever text, never HTML; an attribute that is a function listens to the event of its
 * name; null and false leave one out.
 */
export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.filter((it): it is Node | string => it !== null && it !== false))
  return element
}

/** The element of the page with an id. Throws when there is none of that kind. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} ${id}`)
  return element
}
