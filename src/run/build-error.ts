/** A node cannot be built as its project says; the message is for the run's result, and holds no data. */
export class BuildError extends Error {
  override readonly name = 'BuildError'
}
