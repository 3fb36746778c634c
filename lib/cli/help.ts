/** What `isolet --help` prints. */
export const help = `Usage: isolet FILE [options]          run a script; "-" reads it from stdin
       isolet -e CODE [options]       run CODE
       isolet repl [options]          evaluate what you type

Runs JavaScript in an isolate of its own: it sees no files, no network and no process, only console, timers and what
you let it import. Prints the value of the last expression, once it has settled if it is a promise, or the namespace
of a module.

Options:
  -e, --eval CODE       run CODE instead of a file
      --module          it is an ES module, as files named *.mjs are; in repl each input is one, with import and
                        top-level await
      --import NAME=FILE  let it import FILE as NAME; may be given several times
      --heap SIZE       bytes it may use, or with K, M, G, KiB, MiB or GiB (default: 64MiB)
      --stack SIZE      bytes of stack (default: 2MiB)
      --timeout MS      wall time of the whole run, timers included; in repl of each input (default: 10000)
      --cpu-timeout MS  CPU time, as above (default: no limit)
      --no-console      without console
      --no-timers       without setTimeout, setInterval and queueMicrotask
  -h, --help            print this
  -v, --version         print the version

Exit code: 0; 1 if the code threw, left a rejection unhandled or reached a limit; 2 if the command line is wrong or a
file can't be read.

repl keeps its history in ~/.isolet_history, or in the file that ISOLET_REPL_HISTORY names (empty: no history). Ctrl+C
stops what is being evaluated.
`;
