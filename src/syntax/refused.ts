/**
 * What people know from other databases and does not exist here, with what to write in its place. The parser, the planner,
 * docs/partiql.md and the tests read this one table.
 */
export interface Refusal {
  /** As the message and the documentation name it. */
  readonly name: string
  /** An imperative, or a statement of fact where there is no substitute. */
  readonly instead: string
  /** A statement that uses it. */
  readonly example: string
  readonly seen: Sighting
}

/** Where it is recognised. Words are tokens in upper case. */
export type Sighting =
  /** Beside the token at which the parser stops. */
  | { readonly in: 'clause'; readonly words: readonly string[] }
  /** The same, in statements that begin with one word. */
  | { readonly in: 'statement'; readonly first: string; readonly words: readonly string[] }
  /** The statement's first words. */
  | { readonly in: 'beginning'; readonly words: readonly string[] }
  /** Functions of these names, in lower case; one that ends with `*` stands for all that begin so. */
  | { readonly in: 'call'; readonly functions: readonly string[] }

const clause = (words: string, name: string, instead: string, example: string): Refusal => {
  return { name, instead, example, seen: { in: 'clause', words: words.split(' ') } }
}
const inside = (first: string, words: string, instead: string, example: string): Refusal => {
  return { name: `${first} … ${words}`, instead, example, seen: { in: 'statement', first, words: words.split(' ') } }
}
const beginning = (words: string, instead: string, example: string): Refusal => {
  return { name: words, instead, example, seen: { in: 'beginning', words: words.split(' ') } }
}
const call = (functions: string, instead: string, example: string): Refusal => {
  const names = functions.split(' ')
  return { name: names.join(', '), instead, example, seen: { in: 'call', functions: names } }
}

const replacing = 'name the key: INSERT INTO t … ON CONFLICT (a) DO REPLACE EXCLUDED'
const ignoring = 'name the key: INSERT INTO t … ON CONFLICT (a) DO NOTHING'
const updating = 'name the key: INSERT INTO t … ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b'
const merging = 'write INSERT INTO t SELECT … ON CONFLICT (a) DO UPDATE EXCLUDED'

const statements: readonly Refusal[] = [
  beginning('MERGE', merging, 'MERGE INTO t USING u ON t.a = u.a'),
  beginning('TRUNCATE', 'write DELETE FROM t, or DROP TABLE t', 'TRUNCATE TABLE t'),
  beginning(
    'ALTER',
    'documents have no declared columns: UPDATE t SET or REMOVE changes fields',
    'ALTER TABLE t ADD a INT',
  ),
  beginning('COPY', "'qldb load' reads a file into a table, 'qldb query' writes one", "COPY t FROM 'a.csv'"),
  beginning('GRANT', 'a server knows keys, not users with rights', 'GRANT SELECT ON t TO u'),
  beginning('REVOKE', 'a server knows keys, not users with rights', 'REVOKE SELECT ON t FROM u'),
  beginning('CREATE VIEW', 'write WITH v AS (…) before the query', 'CREATE VIEW v AS SELECT a FROM t'),
  beginning('CREATE OR', 'create a table with CREATE TABLE IF NOT EXISTS', 'CREATE OR REPLACE TABLE t'),
  beginning('CREATE UNIQUE', 'indexes are not unique: CREATE INDEX ON t (a)', 'CREATE UNIQUE INDEX ON t (a)'),
  beginning('CREATE TEMPORARY', 'write WITH t AS (…) before the query', 'CREATE TEMPORARY TABLE t'),
  beginning('DROP VIEW', 'there are tables and indexes only', 'DROP VIEW v'),
  beginning('SAVEPOINT', 'a statement that fails leaves the transaction as it was', 'SAVEPOINT a'),
  beginning('RELEASE', 'a statement that fails leaves the transaction as it was', 'RELEASE SAVEPOINT a'),
  beginning('CALL', 'write EXEC', 'CALL f(1)'),
  beginning('DESCRIBE', "use the shell's 'describe', or SELECT * FROM information_schema.user_tables", 'DESCRIBE t'),
  beginning('SHOW', "use the shell's 'show tables', or SELECT * FROM information_schema.user_tables", 'SHOW TABLES'),
  beginning('ANALYZE', 'write EXPLAIN or EXPLAIN ANALYZE before a statement', 'ANALYZE t'),
  beginning('EXPLAIN ANALYSE', 'write EXPLAIN ANALYZE', 'EXPLAIN ANALYSE SELECT a FROM t'),
  beginning('EXPLAIN QUERY PLAN', 'write EXPLAIN', 'EXPLAIN QUERY PLAN SELECT a FROM t'),
  beginning('VACUUM', 'nothing needs cleaning: revisions are kept', 'VACUUM t'),
  inside('CREATE', 'AS', 'create the table, then INSERT INTO t SELECT …', 'CREATE TABLE t2 AS SELECT a FROM t'),
  inside('UPDATE', 'FROM', 'use a sub-query: SET a = (SELECT …)', 'UPDATE t SET a = u.a FROM u'),
  inside('UPDATE', 'LIMIT', 'choose the documents with WHERE', 'UPDATE t SET a = 1 LIMIT 5'),
  inside('UPDATE', 'ORDER BY', 'choose the documents with WHERE', 'UPDATE t SET a = 1 ORDER BY a LIMIT 5'),
  inside('DELETE', 'LIMIT', 'choose the documents with WHERE', 'DELETE FROM t LIMIT 5'),
  inside('DELETE', 'ORDER BY', 'choose the documents with WHERE', 'DELETE FROM t ORDER BY a LIMIT 5'),
  inside('DELETE', 'USING', 'use a sub-query: WHERE a IN (SELECT …)', 'DELETE FROM t USING u WHERE t.a = u.a'),
  inside('INSERT', 'OR', replacing, "INSERT OR REPLACE INTO t VALUE {'a': 1}"),
  inside('INSERT', 'IGNORE', ignoring, "INSERT IGNORE INTO t VALUE {'a': 1}"),
  inside('INSERT', 'ON DUPLICATE KEY', updating, "INSERT INTO t VALUE {'a': 1} ON DUPLICATE KEY UPDATE a = 1"),
  inside('INSERT', 'DEFAULT VALUES', 'write VALUE {}', 'INSERT INTO t DEFAULT VALUES'),
]

const clauses: readonly Refusal[] = [
  clause(
    'BETWEEN SYMMETRIC',
    'BETWEEN SYMMETRIC',
    'write BETWEEN LEAST(a, b) AND GREATEST(a, b)',
    'SELECT a FROM t WHERE a BETWEEN SYMMETRIC 2 AND 1',
  ),
  clause('ILIKE', 'ILIKE', "compare in one case: LOWER(x) LIKE 'a%'", "SELECT a FROM t WHERE a ILIKE 'x%'"),
  clause(
    'SIMILAR TO',
    'SIMILAR TO',
    'use LIKE, whose wildcards are % and _',
    "SELECT a FROM t WHERE a SIMILAR TO 'x%'",
  ),
  clause('RLIKE', 'RLIKE', 'use LIKE, whose wildcards are % and _', "SELECT a FROM t WHERE a RLIKE 'x'"),
  clause('REGEXP', 'REGEXP', 'use LIKE, whose wildcards are % and _', "SELECT a FROM t WHERE a REGEXP 'x'"),
  clause('GLOB', 'GLOB', 'use LIKE, whose wildcards are % and _', "SELECT a FROM t WHERE a GLOB 'x*'"),
  clause('STARTS WITH', 'STARTS WITH', 'use STARTS_WITH(s, prefix)', "SELECT a FROM t WHERE a STARTS WITH 'x'"),
  clause('CONTAINS', 'CONTAINS', 'use POSITION(part IN s) > 0', "SELECT a FROM t WHERE a CONTAINS 'x'"),
  clause('ISNULL', 'ISNULL', 'write IS NULL', 'SELECT a FROM t WHERE a ISNULL'),
  clause('NOTNULL', 'NOTNULL', 'write IS NOT NULL', 'SELECT a FROM t WHERE a NOTNULL'),
  clause('NOT NULL', 'NOT NULL', 'write IS NOT NULL', 'SELECT a FROM t WHERE a NOT NULL'),
  clause('GROUP BY ALL', 'GROUP BY ALL', 'name the keys: GROUP BY a, b', 'SELECT a, COUNT(*) AS n FROM t GROUP BY ALL'),
  clause('LIMIT ALL', 'LIMIT ALL', 'leave LIMIT out', 'SELECT a FROM t LIMIT ALL'),
  clause('SORT BY', 'SORT BY', 'write ORDER BY', 'SELECT a FROM t SORT BY a'),
  clause('CLUSTER BY', 'CLUSTER BY', 'write ORDER BY', 'SELECT a FROM t CLUSTER BY a'),
  clause('DISTRIBUTE BY', 'DISTRIBUTE BY', 'write ORDER BY', 'SELECT a FROM t DISTRIBUTE BY a'),
  clause(
    'GROUPING SETS',
    'GROUPING SETS',
    'UNION ALL one query for each grouping',
    'SELECT a FROM t GROUP BY GROUPING SETS ((a), ())',
  ),
  clause(
    'WITH ROLLUP',
    'WITH ROLLUP',
    'UNION ALL one query for each grouping',
    'SELECT a FROM t GROUP BY a WITH ROLLUP',
  ),
  clause(
    'WITHIN GROUP',
    'WITHIN GROUP',
    "use MEDIAN(x), or STRING_AGG(x, ',' ORDER BY y)",
    'SELECT MODE() WITHIN GROUP (ORDER BY a) FROM t',
  ),
  clause(
    'QUALIFY',
    'QUALIFY',
    'filter a sub-query: SELECT … FROM (SELECT …, ROW_NUMBER() OVER (…) AS n …) AS q WHERE q.n = 1',
    'SELECT a FROM t QUALIFY RANK() OVER (ORDER BY a) = 1',
  ),
  clause(
    'DISTINCT ON',
    'DISTINCT ON',
    'use ROW_NUMBER() OVER (PARTITION BY …) in a sub-query, or GROUP BY with ANY_VALUE',
    'SELECT DISTINCT ON (a) b FROM t',
  ),
  clause('TOP', 'TOP', 'write LIMIT behind the query', 'SELECT TOP 5 a FROM t'),
  clause(
    'FOR UPDATE',
    'FOR UPDATE',
    'nothing is locked: a conflict shows at the commit',
    'SELECT a FROM t AS x FOR UPDATE',
  ),
  clause('TABLESAMPLE', 'TABLESAMPLE', 'use LIMIT', 'SELECT a FROM t TABLESAMPLE (10)'),
  clause(
    'CROSS APPLY',
    'CROSS APPLY',
    'name the collection behind a comma: FROM t AS a, a.list AS b',
    'SELECT * FROM t CROSS APPLY u',
  ),
  clause('OUTER APPLY', 'OUTER APPLY', 'write LEFT JOIN a.list AS b ON true', 'SELECT * FROM t OUTER APPLY u'),
  clause('ASOF', 'ASOF', 'use a sub-query', 'SELECT * FROM t ASOF LEFT JOIN u ON true'),
  clause('SEMI JOIN', 'SEMI JOIN', 'use WHERE EXISTS (…)', 'SELECT * FROM t SEMI JOIN u ON true'),
  clause('ANTI JOIN', 'ANTI JOIN', 'use WHERE NOT EXISTS (…)', 'SELECT * FROM t ANTI JOIN u ON true'),
  clause(
    'POSITIONAL JOIN',
    'POSITIONAL JOIN',
    'AT i binds the position: FROM a AS x AT i JOIN b AS y AT j ON i = j',
    'SELECT * FROM t POSITIONAL JOIN u',
  ),
  clause(
    'WITH ORDINALITY',
    'WITH ORDINALITY',
    'AT i binds the position: FROM t AS a, a.list AS b AT i',
    'SELECT * FROM t WITH ORDINALITY',
  ),
  clause('SEPARATOR', 'SEPARATOR', "write STRING_AGG(x, ',')", "SELECT STRING_AGG(a SEPARATOR ',') FROM t"),
  clause('COLLATE', 'COLLATE', 'texts compare by code point', 'SELECT a FROM t ORDER BY a COLLATE x'),
  clause('FOR SYSTEM_TIME', 'FOR SYSTEM_TIME', 'read history(t, from, to)', 'SELECT * FROM t AS x FOR SYSTEM_TIME ALL'),
  clause(': :', '::', 'write CAST(x AS int)', 'SELECT a::int FROM t'),
  clause('= =', '==', "write '='", 'SELECT a FROM t WHERE a == 1'),
  clause('& &', '&&', "write 'AND'", 'SELECT a FROM t WHERE a && b'),
  clause('- >', '->', "write a.field or a['field']", "SELECT a->'b' FROM t"),
  clause('<= >', '<=>', 'write IS NOT DISTINCT FROM', 'SELECT a FROM t WHERE a <=> b'),
  clause('= >', '=>', "write '>='", 'SELECT a FROM t WHERE a => 1'),
  clause('= <', '=<', "write '<='", 'SELECT a FROM t WHERE a =< 1'),
  clause('* *', '**', 'write POWER(a, b)', 'SELECT a ** 2 FROM t'),
]

const regexp = 'use LIKE, POSITION or REPLACE'
const calls: readonly Refusal[] = [
  call(
    'try_cast safe_cast',
    'a CAST that fails gives MISSING; CAN_CAST(x AS int) asks',
    'SELECT TRY_CAST(a AS int) FROM t',
  ),
  call('regexp_* rlike', regexp, "SELECT REGEXP_MATCHES(a, 'x') FROM t"),
  call(
    'unnest explode',
    'name the collection as a source: FROM t AS a, a.list AS b',
    'SELECT * FROM t, UNNEST(t.a) AS u',
  ),
  call(
    'generate_series range',
    'write the numbers as a list: FROM [1, 2, 3] AS x',
    'SELECT * FROM GENERATE_SERIES(1, 3) AS x',
  ),
  call('approx_count_distinct', 'use COUNT(DISTINCT x)', 'SELECT approx_count_distinct(a) FROM t'),
  call(
    'percentile_* quantile* approx_*',
    'use MEDIAN(x), or NTILE in a sub-query',
    'SELECT PERCENTILE_CONT(0.5, a) FROM t',
  ),
  call('mode', 'GROUP BY x ORDER BY COUNT(*) DESC LIMIT 1', 'SELECT MODE(a) FROM t'),
  call('rollup cube grouping', 'UNION ALL one query for each grouping', 'SELECT a FROM t GROUP BY ROLLUP(a)'),
  call('top', 'write LIMIT behind the query', 'SELECT TOP(5) FROM t'),
  call('now getdate sysdate current_moment', 'use UTCNOW() or CURRENT_TIMESTAMP', 'SELECT now() FROM t'),
  call('len', 'use CHAR_LENGTH(s), or SIZE(c) for a collection', 'SELECT len(a) FROM t'),
  call('array_length list_length json_array_length array_size', 'use SIZE(c)', 'SELECT array_length(a) FROM t'),
  call('substr mid', 'use SUBSTRING(s, start, length)', 'SELECT substr(a, 1) FROM t'),
  call('instr strpos charindex locate', 'use POSITION(part IN s)', "SELECT strpos(a, 'b') FROM t"),
  call('isnull nvl', 'use COALESCE(a, b), or a IS NULL', 'SELECT nvl(a, 1) FROM t'),
  call('if iif decode', 'use CASE WHEN … THEN … ELSE … END', 'SELECT iif(a, 1, 2) FROM t'),
  call('group_concat listagg', "use STRING_AGG(x, ',')", 'SELECT group_concat(a) FROM t'),
  call('count_if countif sum_if', 'use COUNT(*) FILTER (WHERE …)', 'SELECT count_if(a) FROM t'),
  call('to_char date_format strftime', "use TO_STRING(t, 'y-MM-dd')", "SELECT to_char(a, 'x') FROM t"),
  call('to_date str_to_date strptime', "use TO_TIMESTAMP(s, 'y-MM-dd') or CAST(s AS DATE)", 'SELECT to_date(a) FROM t'),
  call('date_part datepart', 'use EXTRACT(year FROM t)', "SELECT date_part('year', a) FROM t"),
  call('datediff timestampdiff', 'use DATE_DIFF(day, a, b)', 'SELECT datediff(a, b) FROM t'),
  call('dateadd timestampadd date_sub', 'use DATE_ADD(day, 1, t)', 'SELECT dateadd(a, 1, b) FROM t'),
  call('ucase lcase', 'use UPPER(s) and LOWER(s)', 'SELECT ucase(a) FROM t'),
  call(
    'string_split string_to_array split_part',
    'use SPLIT(s, separator), which gives a list',
    "SELECT split_part(a, ',', 1) FROM t",
  ),
  call('array_contains list_contains contains', 'use x IN c', 'SELECT array_contains(a, 1) FROM t'),
  call(
    'array_append list_append array_concat array_cat',
    'write a OUTER UNION ALL b; in a document INSERT INTO t.list VALUE x appends',
    'SELECT array_append(a, 1) FROM t',
  ),
  call('bool_and logical_and', 'use EVERY(x)', 'SELECT bool_and(a) FROM t'),
  call('bool_or logical_or', 'use ANY(x)', 'SELECT bool_or(a) FROM t'),
  call('first last arbitrary', 'use ANY_VALUE(x), or FIRST_VALUE(x) OVER (…)', 'SELECT first(a) FROM t'),
  call('concat_ws', "use a || ',' || b, or STRING_AGG(x, ',')", "SELECT concat_ws(',', a, b) FROM t"),
  call('collect_list', 'use ARRAY_AGG(x)', 'SELECT collect_list(a) FROM t'),
  call('log10 log2', 'use LN(x) / LN(10)', 'SELECT log10(a) FROM t'),
  call('truncate', 'use TRUNC(x, n)', 'SELECT truncate(a, 1) FROM t'),
  call('columns', 'name the fields, or leave some out: SELECT * EXCLUDE t.a FROM t', "SELECT COLUMNS('a') FROM t"),
  call('to_number', 'use CAST(s AS DECIMAL)', "SELECT to_number(a, '99') FROM t"),
  call('age', 'use DATE_DIFF(day, a, b)', 'SELECT age(a, b) FROM t'),
  call('json_extract json_value json_query', 'write a path: a.field', "SELECT json_extract(a, 'b') FROM t"),
  call('typeof pg_typeof', 'ask with IS: x IS STRING', 'SELECT typeof(a) FROM t'),
  call(
    'random rand uuid newid gen_random_uuid',
    'a statement must give the same each time: pass the value as a parameter',
    'SELECT random() FROM t',
  ),
  call('current_user session_user user', 'there are no users', 'SELECT current_user FROM t'),
]

export const refusals: readonly Refusal[] = [...statements, ...clauses, ...calls]

/** What to use in place of a function that does not exist, by its name in lower case. */
export function insteadOfFunction(name: string): string | undefined {
  const found = calls.find(
    ({ seen }) =>
      seen.in === 'call' &&
      seen.functions.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name)),
  )
  return found?.instead
}
