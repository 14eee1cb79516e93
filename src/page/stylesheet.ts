import type { NodeSingular, StylesheetJson } from 'cytoscape'
import { changeClasses } from '../report/report.ts'
import type { Colors } from './colors.ts'

export const font = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif'
export const mono = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace'

const shift = (node: NodeSingular) => Number(node.data('shift'))

/** A value that Cytoscape's own types do not know yet. */
const betweenEndpoints: object = { 'edge-distances': 'endpoints' }

/** How the graph looks, in the colours of the comment's own graph: https://js.cytoscape.org/#style */
export function stylesheet(colors: Colors): StylesheetJson {
  return [
    ...nodes(colors),
    ...edges(colors),
    { selector: 'edge.plain', style: { 'curve-style': 'straight', 'target-arrow-shape': 'none' } },
    { selector: 'edge.plain.bent', style: { 'curve-style': 'segments' } },
    { selector: 'edge.plain.path', style: { 'target-arrow-shape': 'triangle' } },
    { selector: 'node.above', style: { 'z-index': 20 } },
    { selector: 'node.column.above', style: { 'z-index': 21 } },
    { selector: 'node.pill.above', style: { 'z-index': 22 } },
    { selector: 'edge.columns.traced', style: { 'z-index': 23 } },
    {
      selector: 'node.veil',
      style: {
        shape: 'rectangle',
        width: 'data(width)',
        height: 'data(height)',
        'background-color': colors.canvas,
        'background-opacity': 0.84,
        'border-width': 0,
        display: 'none',
        events: 'no',
        'z-index': 15,
      },
    },
    { selector: 'node.veil.drawn', style: { display: 'element' } },
  ]
}

function nodes(colors: Colors): StylesheetJson {
  const filled = (state: 'new' | 'modified' | 'removed') => ({
    selector: `node.${state}`,
    style: { 'background-color': colors[state], 'border-color': colors[state], color: colors['on-state'] },
  })
  const pill = {
    shape: 'round-rectangle',
    'corner-radius': '9',
    width: 'data(width)',
    height: 18,
    label: 'data(label)',
    'font-size': 10.5,
    'font-weight': 600,
    'border-width': 1.5,
    'border-color': colors.canvas,
    color: colors['on-state'],
    events: 'no',
    'z-index': 4,
  } as const
  return [
    {
      selector: 'node',
      style: {
        'font-family': font,
        'text-valign': 'center',
        'text-halign': 'center',
        'min-zoomed-font-size': 5,
        'z-index-compare': 'manual',
        'z-index': 2,
        'overlay-opacity': 0,
      },
    },
    {
      selector: 'node.item',
      style: {
        shape: 'round-rectangle',
        'corner-radius': '7',
        width: 'data(width)',
        height: 'data(height)',
        label: 'data(label)',
        'text-margin-y': shift,
        'font-size': 13,
        'font-weight': 500,
        color: colors.text,
        'background-color': colors.surface,
        'border-width': 1.25,
        'border-color': colors.edge,
      },
    },
    { selector: 'node.source', style: { shape: 'barrel' } },
    { selector: 'node.seed', style: { shape: 'cut-rectangle' } },
    { selector: 'node.snapshot', style: { 'border-style': 'double', 'border-width': 4 } },
    { selector: 'node.exposure', style: { 'corner-radius': '19' } },
    {
      selector: 'node.affected',
      style: { 'background-color': colors['affected-soft'], 'border-color': colors.affected, 'border-width': 1.75 },
    },
    filled('new'),
    filled('modified'),
    filled('removed'),
    { selector: 'node.removed', style: { 'border-style': 'dashed', 'border-color': colors['on-state'] } },
    {
      selector: 'node.open',
      style: { 'background-color': colors.surface, color: colors.text, 'border-width': 2, 'font-weight': 600 },
    },
    {
      selector: 'node.chosen',
      style: { 'outline-width': 3, 'outline-color': colors.accent, 'outline-offset': 3, 'z-index': 3 },
    },
    {
      selector: 'node.column',
      style: {
        shape: 'rectangle',
        width: 'data(width)',
        height: 22,
        label: 'data(label)',
        'text-halign': 'right',
        'text-margin-x': shift,
        'font-family': mono,
        'font-size': 11.5,
        color: colors.text,
        'background-color': colors.canvas,
        'border-width': 0,
        'z-index': 5,
      },
    },
    { selector: 'node.column.gdpr', style: { color: colors.personal } },
    { selector: 'node.column.more', style: { color: colors.muted, events: 'no' } },
    {
      selector: 'node.column.traced',
      style: { 'background-color': colors['accent-strong'], color: colors['on-state'] },
    },
    { selector: 'node.pill', style: pill },
    ...changeClasses.map((name) => ({
      selector: `node.pill.class-${name}`,
      style: { 'background-color': colors[`class-${name}`] },
    })),
    { selector: 'node.pill.personal', style: { 'background-color': colors.personal } },
    { selector: 'node.pill.error', style: { 'background-color': colors.error } },
    { selector: 'node.pill.warning', style: { 'background-color': colors.warning } },
    {
      selector: 'node.region',
      style: {
        shape: 'round-rectangle',
        'corner-radius': '14',
        width: 'data(width)',
        height: 'data(height)',
        label: 'data(label)',
        'text-valign': 'top',
        'text-halign': 'center',
        'text-margin-y': -8,
        'font-size': 18,
        'font-weight': 700,
        color: colors.muted,
        'background-opacity': 0,
        'border-width': 1,
        'border-style': 'dashed',
        'border-color': colors.line,
        events: 'no',
        'z-index': 0,
        'min-zoomed-font-size': 0,
      },
    },
  ]
}

function edges(colors: Colors): StylesheetJson {
  return [
    {
      selector: 'edge',
      style: {
        width: 1.25,
        'line-color': colors.edge,
        'target-arrow-color': colors.edge,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.8,
        'curve-style': 'straight',
        'source-endpoint': 'data(from)',
        'target-endpoint': 'data(to)',
        'z-index-compare': 'manual',
        'z-index': 1,
        'overlay-opacity': 0,
        events: 'no',
      },
    },
    {
      selector: 'edge.bent',
      style: {
        'curve-style': 'round-segments',
        ...betweenEndpoints,
        'segment-weights': 'data(weights)',
        'segment-distances': 'data(distances)',
        'segment-radii': [8],
      },
    },
    {
      selector: 'edge.path',
      style: { 'line-color': colors.accent, 'target-arrow-color': colors.accent, width: 2.25, 'z-index': 2 },
    },
    {
      selector: 'edge.columns',
      style: {
        'curve-style': 'unbundled-bezier',
        ...betweenEndpoints,
        'control-point-weights': 'data(weights)',
        'control-point-distances': 'data(distances)',
        'line-color': colors.muted,
        'target-arrow-shape': 'none',
        width: 1,
        'z-index': 6,
      },
    },
    {
      selector: 'edge.columns.traced',
      style: { 'line-color': colors.accent, 'target-arrow-color': colors.accent, width: 2.25, 'z-index': 7 },
    },
  ]
}
