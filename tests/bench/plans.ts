import { readFile, stat } from 'node:fs/promises';
import { asAdmin, nameOf, type TestPostgres } from '@/tests/support/database/postgres';
import { endConnections, sql } from '@/tests/support/database/sql';

/** How PostgreSQL ran one statement. */
export type RunPlan = {
  readonly sql: string;
  /** The indexes it read, each as often as its plan names it. */
  readonly indexes: readonly string[];
  /** The tables it read from end to end. */
  readonly wholeTables: readonly string[];
};

/** A node of `EXPLAIN (FORMAT JSON)`: of its many fields those that say what is read. */
type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
};

/**
 * The plans by which PostgreSQL ran every statement of `work`, whatever process sent it: `auto_explain` writes them down
 * with their real parameters. Cuts every other connection to that database, before and after.
 *
 * @returns Null where the log of the server is not at hand.
 */
export async function plansOf(
  { adminUrl, logFile }: TestPostgres,
  databaseUrl: string,
  work: () => Promise<unknown>,
): Promise<RunPlan[] | null> {
  if (logFile === null) return null;
  const set = (settings: readonly string[]) =>
    asAdmin(adminUrl, async (admin) => {
      for (const setting of settings) await admin.query(`ALTER DATABASE ${nameOf(databaseUrl)} ${setting}`);
    });
  await set([
    "SET session_preload_libraries = 'auto_explain'",
    'SET auto_explain.log_min_duration = 0',
    "SET auto_explain.log_format = 'json'",
  ]);
  await endConnections(databaseUrl);
  const { size } = await stat(logFile);
  const written = async () => (await readFile(logFile)).subarray(size).toString();
  try {
    await work();
    await sql(databaseUrl, LAST_STATEMENT);
    for (let attempt = 0; !(await written()).includes(LAST_STATEMENT); attempt += 1) {
      if (attempt === 250) throw new Error('PostgreSQL wrote no plans down');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await set(['RESET ALL']);
    await endConnections(databaseUrl);
  }
  return plansIn(await written()).filter((plan) => plan.sql !== LAST_STATEMENT);
}

/** What is in the log when everything before it is: it comes through a pipe, some time after the answer. */
const LAST_STATEMENT = 'SELECT 1 AS last_statement';

/** Entries of the log begin with a time; their further lines, with a tab. One that another was written into is left out. */
function plansIn(log: string): RunPlan[] {
  return [...log.matchAll(/ plan:\n((?:\t.*\n)+)/g)].flatMap(([, text = '']) => {
    try {
      const { 'Query Text': sql, Plan: plan } = JSON.parse(text) as { 'Query Text': string; Plan: PlanNode };
      const nodes = nodesOf(plan);
      return [
        {
          sql,
          indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
          wholeTables: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : [])),
        },
      ];
    } catch {
      return [];
    }
  });
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
