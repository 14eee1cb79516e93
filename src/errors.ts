/** Wrong use or set-up: inputs, configuration, permissions. Its message says what to do. The process ends with status 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
