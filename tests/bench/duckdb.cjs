// Answers a question about a log of the combined format: duckdb.cjs THREADS SQL FILE. Prints TSV.
const { DuckDBInstance } = require('@duckdb/node-api');

async function main(threads, sql, file) {
  const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
  // A record as CSV: the time is two columns.
  const names = ['ip', 'ident', 'user', 'time', 'zone', 'request', 'status', 'bytes', 'referer', 'agent', 'seconds'];
  const columns = names.map((name) => `'${name}': 'VARCHAR'`).join(', ');
  await connection.run(`create view log as select * from read_csv('${file}', delim=' ', quote='"', escape='"',
    header=false, auto_detect=false, columns={${columns}})`);
  await connection.run(`copy (${sql}) to '/dev/stdout' (format csv, delimiter '\t', header true)`);
}

main(process.argv[2], process.argv[3], process.argv[4]);
