import { provePromises } from './service-promises';

// Fewer requests: Python's own HTTP server answers some hundred a second.
await provePromises('python', { requests: 2_000, foreignList: 401 });
