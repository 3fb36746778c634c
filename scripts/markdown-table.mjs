// @ts-check
// Tables of pages that are written by a script.

/** Text in a cell. @param {string} text */
export function cell(text) {
  return text.replaceAll(/[|*<]/g, '\\$&').replaceAll('\n', ' ');
}

/** The lines of a table. @param {readonly string[]} head @param {readonly (readonly (string | number)[])[]} rows */
export function table(head, rows) {
  const line = (/** @type {readonly (string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}
