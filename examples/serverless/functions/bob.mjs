// Does well on one path, and badly on others.
export default async function handle(request) {
  if (request.path === '/loop') for (;;);
  if (request.path === '/hog') for (const all = []; ; ) all.push(new Array(100_000).fill(0));
  if (request.path === '/odd') return { status: 'fine' };
  const user = await lookUp(request.query.id);
  return { status: user ? 200 : 404, body: JSON.stringify(user) };
}
