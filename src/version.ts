/** The version of this program, which the build writes into it. */
export const version = process.env.DBT_REGIONS_VERSION ?? 'from sources'
