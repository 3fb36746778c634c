// @ts-check
// The cases of the corpus that take part: all but those that end as they should and yet take so much memory that four at
// once could take the machine. The corpus's own test runs them one by one.
import { corpus } from '../hostile/corpus/index.mjs';
import { limitsOf, mebibyte } from '../hostile/hostile-case.mjs';

/**
 * What the README says is not promised. "A soft heap limit": one object of up to 1 GiB, a string above all, passes the
 * limit before anything fires.
 */
const oneLargeObject = [
  'result-that-is-the-longest-string-allowed-to-cross',
  'longest-string-flattened',
  'longest-wide-string-flattened',
  'split-into-characters',
  'replaced-by-the-rest',
  'replaced-by-a-function',
  'raw-template',
  'normalized',
];
/** "A lost thread": V8 gives up where nothing could be freed, and a process stands no more than 64 of them. */
const losingThread = ['alternatives-in-a-pattern'];
/** "Memory that nobody counts", for seconds after the answer. */
const uncounted = ['pattern-with-properties-of-strings'];
/** A case whose own limit is higher takes what it is allowed to take. */
const mostHeap = 512 * mebibyte;

const left = new Set([...oneLargeObject, ...losingThread, ...uncounted]);
for (const name of left) {
  if (!corpus.some((hostile) => hostile.name === name)) throw new Error(`no case is called ${name}`);
}

export const hostileCases = corpus.filter(
  (hostile) => !left.has(hostile.name) && limitsOf(hostile).maxHeapSize <= mostHeap,
);
