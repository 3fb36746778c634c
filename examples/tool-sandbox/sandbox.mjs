// Runs one piece of generated code, and answers with something that a model can read: a result or an error, and the log.
import { inspect } from 'node:util';
import { IsoletError, JavaScriptError, Runtime } from 'isolet';

const maxToolCalls = 10;
const maxLogLines = 50;

/** `tools` are async host functions. They run with all rights of this process, so each checks its arguments. */
export async function runGenerated(code, tools) {
  const log = [];
  let calls = 0;
  // A loop over tool calls waits most of the time, so the budget is a count.
  const withinBudget =
    (tool) =>
    async (...args) => {
      if (++calls > maxToolCalls) throw new RangeError(`more than ${maxToolCalls} tool calls`);
      return tool(...args);
    };

  // A runtime of its own for each piece of code: nothing that one leaves behind is there for the next.
  const runtime = new Runtime({
    maxHeapSize: 32 * 1024 * 1024,
    timeout: 2000,
    maxSerializationBytes: 1024 * 1024,
    // A console that collects. The arguments are values, not objects of the runtime.
    enableConsole: (level, args) => {
      if (log.length < maxLogLines) log.push(`${level}: ${args.map(readable).join(' ')}`);
    },
  });
  try {
    runtime.bindObject(
      'tools',
      Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, withinBudget(tool)])),
    );
    // Scripts have no top-level `await` or `return`; an async function has both. Code that closes the function early
    // with `})` gains nothing: outside of it is the same sandbox. The line that the wrapper adds is taken off again.
    const value = await runtime.evalAsync(`(async () => {\n${code}\n})()`, {
      filename: 'generated.js',
      lineOffset: -1,
    });
    // As text, while the runtime lives: that is what the model gets, and no code in `value` (a `toJSON`) runs for it.
    return { ok: true, result: inspect(value, { depth: 5 }), log };
  } catch (error) {
    // Anything else is a mistake of ours, and none of the model's business.
    if (!(error instanceof IsoletError)) throw error;
    return { ok: false, error: explain(error), log };
  } finally {
    runtime.close();
  }
}

function readable(value) {
  return typeof value === 'string' ? value : inspect(value);
}

/** What helps a model to do better: what happened, and in which of its lines. */
function explain(error) {
  if (!(error instanceof JavaScriptError)) return `${error.code}: ${error.message}`;
  const [frame] = error.frames;
  return `${error.name}: ${error.message}${frame ? ` (line ${frame.lineNumber})` : ''}`;
}
