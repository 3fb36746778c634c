import { attempt } from 'workflow';

export default function total({ customer, orders }) {
  // What a bug looks like that shows now and then.
  if (attempt === 1) for (;;);
  return { customer, cents: orders.reduce((sum, order) => sum + order.cents, 0) };
}
