// Serverless functions: an HTTP server that runs each tenant's request handler in a runtime of the tenant's own.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { HeapLimitError, IsoletError, TimeoutError } from 'isolet';
import { Tenants } from './tenants.mjs';

// Read once, at the start: no name out of a request ever becomes part of a path.
const folder = new URL('./functions/', import.meta.url);
const sources = new Map(
  readdirSync(folder).map((file) => [basename(file, '.mjs'), readFileSync(new URL(file, folder), 'utf8')]),
);
const users = new Map([['7', { id: '7', name: 'Grace' }]]);
const tenants = new Tenants(sources, { lookUp: async (id) => users.get(id) ?? null });

/** `/tenant/path?query` */
async function serve(url) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, name = '', ...rest] = pathname.split('/');
  if (!tenants.has(name)) return { status: 404, body: 'no such function' };
  try {
    return checked(
      await tenants.call(name, { path: `/${rest.join('/')}`, query: Object.fromEntries(searchParams) }),
    );
  } catch (error) {
    if (error instanceof TimeoutError) return { status: 504, body: 'the function took too long' };
    if (error instanceof HeapLimitError) return { status: 503, body: 'the function ran out of memory' };
    if (error instanceof IsoletError) return { status: 500, body: 'the function failed' };
    throw error;
  }
}

/** What a tenant returns may be anything: only what is known to be harmless goes out. */
function checked(answer) {
  const { status = 200, body = '' } = answer ?? {};
  const isValid = Number.isInteger(status) && status >= 200 && status <= 599 && typeof body === 'string';
  return isValid ? { status, body } : { status: 502, body: 'the function gave no valid response' };
}

const server = createServer(async (request, response) => {
  try {
    const { status, body } = await serve(request.url ?? '/');
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

async function show(path) {
  const response = await fetch(origin + path);
  console.log(`${path} → ${response.status} ${await response.text()}`);
}

await show('/alice/?name=Ada');
await show('/alice/');
await show('/bob/?id=7');
// Bob's loop costs Bob's thread: Alice, who asks at the same time, has her answer long before Bob's deadline.
const loop = fetch(`${origin}/bob/loop`);
await show('/alice/');
console.log(`/bob/loop → ${(await loop).status}`);
await show('/bob/?id=8');
await show('/bob/odd');
await show('/bob/hog');
await show('/bob/?id=7');
await show('/carol/');

console.log(`active: ${tenants.active.join(', ')}`);
tenants.evictIdle(0);
console.log(`active after the eviction: ${tenants.active.length}`);
await show('/alice/');

tenants.evictIdle(0);
server.close();
server.closeAllConnections();
