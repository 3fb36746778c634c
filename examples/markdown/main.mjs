// Markdown of users, rendered by a library from npm (marked) that runs inside a runtime.
//
// Why there? A parser of text that others wrote is a place for bugs: a pattern that backtracks for minutes, say. Inside,
// such a text costs a timeout, and a library with a hole in it reaches nothing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Runtime, TimeoutError } from 'isolet';

const runtime = new Runtime({ name: 'markdown', maxHeapSize: 64 * 1024 * 1024, timeout: 5000 });

// A library must come as ES modules, here as one that imports nothing (what bundlers make). It gets what ECMAScript has;
// one that needs Node or a browser would have to be given that by the host.
runtime.addStaticModule('marked', readFileSync(fileURLToPath(import.meta.resolve('marked')), 'utf8'));
runtime.addStaticModule(
  'render',
  `import { Marked } from 'marked';
   const marked = new Marked({ gfm: true });
   export const render = (text) => marked.parse(text);
   // Stands for a flaw in the library.
   export const flawed = (text) => /^(\\w+\\s?)*$/.test(text);`,
);
// Loaded once. The function renders as many texts as you like.
const { render, flawed } = await runtime.evalModuleAsync('render');

const text = `# Shopping list

- **bread**
- [milk](https://example.com/milk)

| item  | price |
|-------|------:|
| bread |  2.50 |
`;
// Does not block the host's event loop. The result is HTML that a user chose: sanitize it before a browser shows it.
process.stdout.write(await render.callAsync(text));

try {
  await flawed.with({ timeout: 100 }).callAsync(`${'word'.repeat(20)}!`);
} catch (error) {
  console.log(error instanceof TimeoutError ? 'a text that takes too long: timed out' : error);
}
process.stdout.write(await render.callAsync('*still there*'));
runtime.close();
