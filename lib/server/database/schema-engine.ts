import 'server-only';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

// Prisma's schema engine as WebAssembly: `prisma migrate` wants a binary from a download server, this comes from npm.
// For development alone: it compares a database with schema.prisma. What applies migrations does without it.

const CONNECT_TIMEOUT_MS = 10_000;

let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const wasm = await WebAssembly.compile(await readFile(path.join(path.dirname(glue), 'schema_engine_bg.wasm')));
  const imports = Object.fromEntries(Object.entries(bindings).filter(([, value]) => typeof value === 'function'));
  const instance = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': imports });
  // Both belong to the generated glue and are missing from its published types.
  const setWasm: unknown = Reflect.get(bindings, '__wbg_set_wasm');
  const start: unknown = instance.exports['__wbindgen_start'];
  if (typeof setWasm !== 'function' || typeof start !== 'function') {
    throw new Error('@prisma/schema-engine-wasm is loaded differently now: see lib/server/database/schema-engine.ts');
  }
  setWasm(instance.exports);
  start();
}

/**
 * The adapter put right in two things. It knows no `"char"`, and the engine reads that one-letter type of PostgreSQL's
 * catalogues to see what a database looks like. And it cuts a script at every semicolon, also inside of a function's body.
 */
async function connectForEngine(pool: pg.Pool): Promise<SqlDriverAdapter> {
  const letterColumns = new Set<string>();
  const adapter = await new PrismaPg(namingLettersText(pool, letterColumns)).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    const columnTypes = result.columnNames.map((name, index) =>
      letterColumns.has(name) ? ColumnTypeEnum.Character : (result.columnTypes[index] ?? ColumnTypeEnum.Text),
    );
    return { ...result, columnTypes };
  };
  adapter.executeScript = async (script) => {
    await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
  };
  return adapter;
}

function namingLettersText(pool: pg.Pool, letterColumns: Set<string>): pg.Pool {
  const query = async (config: pg.QueryArrayConfig) => {
    const result: pg.QueryArrayResult | pg.QueryArrayResult[] = await pool.query(config);
    // A script has several results, and nobody reads them.
    if (Array.isArray(result)) return result;
    for (const field of result.fields.filter(({ dataTypeID }) => dataTypeID === pg.types.builtins.CHAR)) {
      field.dataTypeID = pg.types.builtins.TEXT;
      letterColumns.add(field.name);
    }
    return result;
  };
  return new Proxy(pool, {
    get(target, property) {
      if (property === 'query') return query;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * Opens the schema engine on one database, runs `work` and closes the connections again.
 *
 * @param databaseUrl `postgresql:` URL, read by node-postgres.
 * @throws Whatever the engine or the database reports.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  work: (engine: bindings.SchemaEngine) => Promise<T>,
): Promise<T> {
  loading ??= load();
  await loading;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connectForEngine(pool),
    connectToShadowDb: () => Promise.reject(new Error('A shadow database is never needed here')),
  };
  try {
    const options = { datamodels: undefined };
    const bound = bindMigrationAwareSqlAdapterFactory(factory);
    const engine = await bindings.SchemaEngine.new(options, () => undefined, bound);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}
