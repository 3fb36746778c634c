// Loaded once: what is at the top stays from one request to the next.
let count = 0;

export default function handle(request) {
  count += 1;
  return { body: `Hello, ${request.query.name ?? 'world'}! Request ${count}` };
}
