/** Why a package cannot be had, in words that may stand in a pull request's comment: nothing of an answer is in them. */
export class PackageError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.name = 'PackageError'
  }
}

/** An address without what may be a credential in it. */
export function shownUrl(url: string): string {
  const place = /^([a-z][a-z\d+.-]*:\/\/)?(?:[^/\s]*@)?([^?#\s]*)/i.exec(url)
  return `${place?.[1] ?? ''}${place?.[2] ?? ''}`
}
