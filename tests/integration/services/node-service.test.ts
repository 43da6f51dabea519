import { provePromises } from './service-promises';

// Promise: A service elsewhere, in Node, Python or Go
// Our verifier says of a foreign list that its status is unavailable.
await provePromises('node', { requests: 10_000, foreignList: 503 });
