import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runChildFile } from './support/child.js';
import { exists, readDoc, repo } from './support/docs.js';

const examples = readdirSync(join(repo, 'examples'));

describe('the examples', () => {
  it('are the plugin manager and five more, each with what it prints', () => {
    expect(examples).toEqual(
      expect.arrayContaining([
        'markdown',
        'plugin-manager',
        'serverless',
        'tool-sandbox',
        'webassembly',
        'workflow',
      ]),
    );
    expect(examples.filter((name) => !exists(`examples/${name}/expected-output.txt`))).toStrictEqual([]);
  });

  it.each(examples)('%s prints what it says, and ends by itself', async (name) => {
    const { code, signal, stdout, stderr } = await runChildFile(join(repo, 'examples', name, 'main.mjs'));
    const expected = readDoc(`examples/${name}/expected-output.txt`);
    expect({ code, signal, stdout }, stderr).toEqual({ code: 0, signal: null, stdout: expected });
  });
});
