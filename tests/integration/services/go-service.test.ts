import { provePromises } from './service-promises';

// vitest.config.ts leaves this file out where HANDSTAMP_GO names no Go.
await provePromises('go', { requests: 10_000, foreignList: 401 });
