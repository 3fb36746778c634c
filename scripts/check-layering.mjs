// @ts-check
// Checks what no compiler does: which folder includes which, how a header opens, how long a file is, and that
// native/sources.gypi names every source. ARCHITECTURE.md says why the folders are cut as they are.
import { readFileSync } from 'node:fs';
import { filesBelow, listedSources, presentSources } from './list-sources.mjs';
import { fail } from './toolchain.mjs';

const nodeApi = /^(napi|node_api|js_native_api|uv)/;
const engine = /^(v8|node|cppgc|libplatform)/;

/** What a folder's files may not include: a folder is a thread domain, and only native/node is on the host's thread. */
const forbidden = {
  'native/shared/': {
    own: /^(isolate|node)\//,
    system: [nodeApi, engine],
    why: 'is plain C++, for any thread',
  },
  'native/isolate/': { own: /^node\//, system: [nodeApi], why: "knows nothing of the host's thread" },
};

/** Length in lines, from which a file is asking to be cut. */
const length = { warning: 300, error: 400 };

/** @type {string[]} */
const errors = [];

/** @param {string} file @param {string} text */
function checkIncludes(file, text) {
  for (const [, bracket, path] of text.matchAll(/^\s*#\s*include\s*(["<])([^">]+)[">]/gm)) {
    if (path === undefined) continue;
    const ours = /^(shared|isolate|node)\//.test(path);
    if (bracket === '"' && !ours)
      errors.push(`${file}: "${path}" must be named from native/ ("shared/…"), or be in <>`);
    for (const [folder, { own, system, why }] of Object.entries(forbidden)) {
      if (!file.startsWith(folder)) continue;
      if (ours ? own.test(path) : system.some((pattern) => pattern.test(path))) {
        errors.push(`${file}: must not include ${path}: ${folder} ${why}`);
      }
    }
  }
}

/** A header opens with a comment: its purpose, its thread, its owner. @param {string} file @param {string} text */
function checkOpening(file, text) {
  const comment = /^(\/\/[^\n]*\n)+/.exec(text)?.[0] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\/\/+\s*/, ''));
  if (!lines.some((line) => /^Thread: (host|runtime|any)\b/.test(line))) {
    errors.push(
      `${file}: its opening comment needs a line "Thread: host", "Thread: runtime" or "Thread: any"`,
    );
  }
  if (!lines.some((line) => /^Owner: \S/.test(line)))
    errors.push(`${file}: its opening comment needs a line "Owner: …"`);
  if (!lines[0] || /^(Thread|Owner):/.test(lines[0]))
    errors.push(`${file}: must open with a comment saying its purpose`);
}

for (const file of [...filesBelow('native'), ...filesBelow('lib')]) {
  if (!/\.(h|cc|m?ts)$/.test(file)) continue;
  const text = readFileSync(file, 'utf8');
  if (/\.(h|cc)$/.test(file)) checkIncludes(file, text);
  if (file.endsWith('.h')) checkOpening(file, text);
  const lines = text.split('\n').length - 1;
  if (lines > length.error) errors.push(`${file}: ${lines} lines, more than ${length.error}: cut it`);
  else if (lines > length.warning)
    console.warn(`Warning: ${file}: ${lines} lines, more than ${length.warning}`);
}

const listed = listedSources();
const present = presentSources();
errors.push(
  ...present.filter((file) => !listed.includes(file)).map((file) => `native/sources.gypi: lacks ${file}`),
);
errors.push(
  ...listed
    .filter((file) => !present.includes(file))
    .map((file) => `native/sources.gypi: no such file: ${file}`),
);

if (errors.length > 0) fail(errors.join('\n'));
