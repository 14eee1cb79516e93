/** Every file of a project changed in some way, one at a time, or taken away: a comment, a filter, a macro's text, a key of YAML. */
export function edits(files: ReadonlyMap<string, string>): [string, ReadonlyMap<string, string>][] {
  return [...files].flatMap(([path, text]) => {
    const ways = /\.sql$/.test(path)
      ? [
          `-- a comment\n${text}`,
          `${text}\nwhere 1 = 1`,
          `{{ config(tags='other', alias='moved') }}${text}`,
          `{{ config(materialized='ephemeral') }}${text}`,
          text.replaceAll('select', 'select distinct'),
        ]
      : [
          text.replace(/description: .*/, 'description: other'),
          text.replace(/enabled: .*|\+tags: .*/, ''),
          text.replace(/vars:/, 'vars:\n  one_more: 1'),
          text.replace(/20\d\d/, '1999'),
        ]
    const removed = new Map(files)
    removed.delete(path)
    return [...new Set(ways)]
      .filter((way) => way !== text)
      .map((way): [string, ReadonlyMap<string, string>] => [path, new Map([...files, [path, way]])])
      .concat([[path, removed]])
  })
}
