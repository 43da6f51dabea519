import { provePromises } from './service-promises';

// Our verifier says of a foreign list that its status is unavailable.
await provePromises('node', { requests: 10_000, foreignList: 503 });
