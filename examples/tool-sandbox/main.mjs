// An AI agent's code, run with tools: async host functions, limits, the console captured, errors handed back.
import { runGenerated } from './sandbox.mjs';

const orders = [
  { id: 1, customer: 'ada', total: 100, currency: 'USD' },
  { id: 2, customer: 'ada', total: 50, currency: 'EUR' },
  { id: 3, customer: 'bob', total: 10, currency: 'EUR' },
];
const rates = new Map([
  ['USD', 0.5],
  ['EUR', 1],
]);

// What the agent may do, and nothing else. In an application these would ask a database or a service.
const tools = {
  async findOrders(customer) {
    if (typeof customer !== 'string') throw new TypeError('findOrders: the customer must be a string');
    return orders.filter((order) => order.customer === customer);
  },
  async toEuro(amount, currency) {
    const rate = rates.get(currency);
    if (typeof amount !== 'number' || rate === undefined) {
      throw new TypeError(`toEuro: needs a number and one of ${[...rates.keys()].join(', ')}`);
    }
    return amount * rate;
  },
};

// What a model might write, one answer after the other.
const answers = {
  'a good answer': `
const found = await tools.findOrders('ada');
console.log('found', found.length, found[0]);
const amounts = await Promise.all(found.map((order) => tools.toEuro(order.total, order.currency)));
return { customer: 'ada', euro: amounts.reduce((sum, amount) => sum + amount, 0) };`.trimStart(),
  'a mistake': `
const found = await tools.findOrders('ada');
return found.totl.toFixed(2);`.trimStart(),
  'a wrong argument': `return await tools.findOrders({ $ne: null });`,
  'a look around': `return process.env;`,
  'an endless loop': `console.log('thinking'); for (;;);`,
  'a loop over tools': `for (;;) await tools.findOrders('ada');`,
  'too much memory': `const all = []; for (;;) all.push(new Array(100_000).fill(0));`,
};

for (const [name, code] of Object.entries(answers)) {
  const answer = await runGenerated(code, tools);
  console.log(`${name}: ${answer.ok ? answer.result : describe(answer.error)}`);
  for (const line of answer.log) console.log(`  ${line}`);
}

/** Messages of limits tell what was measured, which differs from run to run: the part before it is what we show. */
function describe(error) {
  return error.startsWith('ERR_') ? error.split(':')[0] : error;
}
