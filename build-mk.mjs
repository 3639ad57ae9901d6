// ../../hashprof/work/src/cli/real-env.ts
import { randomFillSync } from "node:crypto";
import { performance as performance2 } from "node:perf_hooks";
import { setTimeout } from "node:timers";
var poolBytes = 4096;
var pool = new Uint8Array(poolBytes);
var used = poolBytes;
function randomBytes(count) {
  if (count > poolBytes) return randomFillSync(new Uint8Array(count));
  if (used + count > poolBytes) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.slice(used, used + count);
  used += count;
  return bytes;
}
var realEnv = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance2.now(),
  randomBytes,
  sleep: (ms) => new Promise((resolve2) => setTimeout(resolve2, ms))
};

// ../../hashprof/work/src/base/errors.ts
var codes = {
  "ion/malformed": ["input", false],
  "ion/nesting-too-deep": ["limit", false],
  "value/out-of-range": ["input", false],
  "value/type-mismatch": ["input", false],
  "value/cannot-compare": ["input", false],
  "value/cannot-cast": ["input", false],
  "value/division-by-zero": ["input", false],
  "lexer/invalid-character": ["input", false],
  "lexer/unterminated": ["input", false],
  "lexer/invalid-literal": ["input", false],
  "lexer/invalid-ion": ["input", false],
  "parser/unexpected-token": ["input", false],
  "parser/unexpected-end": ["input", false],
  "parser/unsupported": ["unsupported", false],
  "parser/nesting-too-deep": ["limit", false],
  "parser/invalid": ["input", false],
  "semantic/no-such-variable": ["input", false],
  "semantic/duplicate-variable": ["input", false],
  "semantic/no-such-function": ["input", false],
  "semantic/argument-count": ["input", false],
  "semantic/invalid": ["input", false],
  "semantic/not-in-qldb": ["unsupported", false],
  "semantic/unsupported": ["unsupported", false],
  "evaluator/invalid": ["input", false],
  "evaluator/type-mismatch": ["input", false],
  "evaluator/unbound-parameter": ["input", false],
  "evaluator/no-such-path": ["input", false],
  "evaluator/limit": ["limit", false],
  "catalog/table-exists": ["input", false],
  "catalog/table-not-found": ["input", false],
  "catalog/index-not-found": ["input", false],
  "catalog/index-exists": ["input", false],
  "catalog/invalid-name": ["input", false],
  "catalog/limit": ["limit", false],
  "document/not-a-struct": ["input", false],
  "document/not-storable": ["input", false],
  "document/too-large": ["limit", false],
  "statement/too-large": ["limit", false],
  "transaction/conflict": ["conflict", true],
  "transaction/expired": ["expired", false],
  "transaction/not-open": ["input", false],
  "transaction/already-open": ["input", false],
  "transaction/digest-mismatch": ["input", false],
  "transaction/too-large": ["limit", false],
  "transaction/unknown-outcome": ["unavailable", false],
  "session/not-found": ["expired", true],
  "session/expired": ["expired", true],
  "session/limit": ["limit", false],
  "page/invalid-token": ["input", false],
  "request/invalid": ["input", false],
  "ledger/not-found": ["unavailable", false],
  "ledger/exists": ["input", false],
  "ledger/invalid-name": ["input", false],
  "ledger/closed": ["unavailable", false],
  "ledger/format-too-new": ["unavailable", false],
  "ledger/foreign": ["unavailable", false],
  "ledger/incomplete": ["unavailable", false],
  "ledger/read-only": ["input", false],
  "store/unavailable": ["unavailable", false],
  "store/full": ["unavailable", true],
  "store/corrupt": ["corrupt", false],
  "journal/hash-mismatch": ["corrupt", false],
  "journal/gap": ["corrupt", false],
  "journal/malformed": ["corrupt", false],
  "export/incomplete": ["input", false],
  "export/not-found": ["input", false],
  "export/limit": ["limit", false],
  "journal/no-revision": ["input", false],
  "proof/malformed": ["input", false],
  "proof/not-comparable": ["input", false],
  "proof/refuted": ["corrupt", false],
  "endpoint/unreachable": ["unavailable", true],
  "endpoint/refused": ["input", false],
  "endpoint/failed": ["unavailable", true],
  "endpoint/malformed-answer": ["unavailable", false],
  "endpoint/no-journal": ["unsupported", false],
  "endpoint/credentials": ["unavailable", false],
  "usage/invalid-argument": ["input", false],
  "usage/unknown-command": ["input", false],
  "config/invalid": ["input", false],
  "file/unreadable": ["unavailable", false],
  "file/unwritable": ["input", false],
  "file/not-text": ["input", false],
  "file/exists": ["input", false],
  "file/malformed": ["input", false],
  "cancelled/by-user": ["cancelled", false]
};
var LedgerError = class _LedgerError extends Error {
  name = "LedgerError";
  code;
  span;
  help;
  /** What else is wrong with the same statement; empty but for errors that name resolution and function calls gather. */
  others;
  constructor(code, message, details = {}) {
    super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
    this.code = code;
    this.span = details.span;
    this.help = details.help;
    this.others = details.others ?? [];
  }
  get kind() {
    return codes[this.code][0];
  }
  get retryable() {
    return codes[this.code][1];
  }
  /** The same error at a place, for one that was raised where no text was known. Keeps a place it already has. */
  at(span2) {
    if (this.span !== void 0) return this;
    return new _LedgerError(this.code, this.message, {
      span: span2,
      cause: this.cause ?? this,
      others: this.others,
      ...this.help === void 0 ? {} : { help: this.help }
    });
  }
};
function joinErrors([first, ...rest]) {
  if (rest.length === 0) return first;
  const { code, message, span: span2, help, cause } = first;
  const joined3 = new LedgerError(code, message, {
    cause,
    others: [...first.others, ...rest],
    ...span2 === void 0 ? {} : { span: span2 },
    ...help === void 0 ? {} : { help }
  });
  if (first.stack !== void 0) joined3.stack = first.stack;
  return joined3;
}

// ../../hashprof/work/src/base/ids.ts
var idCharacters = 22;
var digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
var halfDigits = 11;
function newId(env) {
  const random = env.randomBytes(9);
  const ticks = BigInt(Math.floor(env.nowMs() * 16.384)) & 0xffffffffffffffn;
  const high = BigInt(random[0]) << 56n | ticks;
  let low = 0n;
  for (let index = 1; index < 9; index += 1) low = low << 8n | BigInt(random[index]);
  return base62(high) + base62(low);
}
function madeUpId(hash3) {
  return base62(0n) + base62(Buffer.from(hash3).readBigUInt64BE());
}
function isMadeUpId(id) {
  return isId(id) && id.startsWith("0".repeat(halfDigits));
}
function isId(text2) {
  return text2.length === idCharacters && /^[0-9A-Za-z]+$/.test(text2);
}
function base62(half) {
  let rest = half;
  let text2 = "";
  for (let count = 0; count < halfDigits; count += 1) {
    text2 = digits[Number(rest % 62n)] + text2;
    rest /= 62n;
  }
  return text2;
}

// ../../hashprof/work/src/base/assert.ts
var BugError = class extends Error {
  name = "BugError";
};
function assert(condition, claim) {
  if (!condition) throw new BugError(`this should be impossible: ${claim}`);
}

// ../../hashprof/work/src/base/limits.ts
var pageValuesMax = 200;
var pageBytesMax = 4 * 1024 * 1024;
var statementCharactersMax = 1e5;
var statementCharactersMaxWide = 64 * 1024 * 1024;
var documentBytesMax = 128 * 1024;
var documentBytesMaxWide = 256 * 1024 * 1024;
var parameterTextCharactersMax = 1024 * 1024;
var transactionDocumentsMax = 40;
var transactionRedactionsMax = 1;
var transactionBytesMax = 4 * 1024 * 1024;
var transactionBytesMaxWide = 1024 * 1024 * 1024;
var sessionAgeMsMax = 17 * 60 * 1e3;
var activeTablesMax = 20;
var tablesMax = 40;
var tableIndexesMax = 5;
var tableNameCharactersMax = 128;
var ledgerNameCharactersMax = 32;
var nestingDepthMax = 500;
var documentDepthMax = nestingDepthMax - 16;
var statementErrorsMax = 100;
var numberDigitsMax = 1e5;
var integerBytesMax = 41600;
var timestampFractionDigitsMax = 1e3;
var decimalPrecision = 38;
var decimalExponentMax = 2147483647;
var integerDigitsMax = 1e5;
var ledgerSymbolsMax = 65536;
var readSetEntriesMax = 65536;
var writeSetBlocksMax = 65536;
var preparedStatementsMax = 256;
var preparedStatementCharactersMax = 4096;
var cachedBlocksMax = 64;
var rebuildBatchBlocksMax = 256;
var indexBuildBatchDocuments = 1e3;
var ticksBetweenChecks = 256;
var resultBufferValuesMax = 1e3;
var resultBufferBytesMax = 8 * 1024 * 1024;
var inputChunkBytes = 256 * 1024;
var inputRowBytesMax = 256 * 1024 * 1024;
assert(documentBytesMax * transactionDocumentsMax > transactionBytesMax, "both transaction bounds must be checked");
assert(integerBytesMax * 8 > numberDigitsMax * Math.log2(10), "every number that can be read as text fits in binary");
assert(resultBufferValuesMax > pageValuesMax, "the buffer holds more than one page");
var storeMapBytes = 1024 * 1024 * 1024 * 1024;
var storePagesCheckedMax = 64;
var storeSnapshotsMax = 4096;
var storeGroupWritesMax = 256;
var cursorChunkBytesMax = 16 * 1024;
var exportBlockBytesMax = 256 * 1024 * 1024;
var exportReorderBytesMax = 64 * 1024 * 1024;
var exportFileBytes = 16 * 1024 * 1024;
var reportFindingsMax = 200;
var importBatchBytes = 8 * 1024 * 1024;
var httpBodyBytesMax = 32 * 1024 * 1024;
var httpHeaderBytesMax = 16 * 1024;
var httpHeldBytesMax = 256 * 1024 * 1024;
var openTransactionsMax = 3e3;
var signatureSkewMsMax = 5 * 60 * 1e3;
var presignedSecondsMax = 7 * 24 * 60 * 60;
assert(openTransactionsMax < storeSnapshotsMax, "every open transaction may hold a snapshot");
var exportKeptMs = 7 * 24 * 60 * 60 * 1e3;

// ../../hashprof/work/src/base/near-name.ts
function nearName(wanted, names2) {
  let best;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  const lower = wanted.toLowerCase();
  for (const name of names2) {
    if (name === wanted || Math.abs(name.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(lower, name.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}
function editDistance(left, right, stopAt) {
  let beforeLast = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    let rowMin = i;
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1];
      let cost2 = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        cost2 = Math.min(cost2, beforeLast[j - 2] + 1);
      }
      row.push(cost2);
      rowMin = Math.min(rowMin, cost2);
    }
    if (rowMin >= stopAt) return stopAt;
    beforeLast = last;
    last = row;
  }
  return last[right.length];
}

// ../../hashprof/work/src/values/value.ts
var unknownSymbolText = "\uD800";
var missing = Object.freeze({ type: "missing", annotations: void 0 });
function nullOf(nullType, annotations) {
  return { type: "null", nullType, annotations };
}
var nullValue = Object.freeze(nullOf("null"));
function bool(value, annotations) {
  return { type: "bool", value, annotations };
}
var trueValue = Object.freeze(bool(true));
var falseValue = Object.freeze(bool(false));
function int(value, annotations) {
  return { type: "int", value: normalInteger(value), annotations };
}
function normalInteger(value) {
  if (typeof value === "number") {
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    if (!Number.isInteger(value)) throw new BugError(`${value} is not an integer`);
    return BigInt(value);
  }
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}
function float(value, annotations) {
  return { type: "float", value, annotations };
}
function decimal(coefficient, exponent, negativeZero = false, annotations) {
  return { type: "decimal", coefficient, exponent, negativeZero: negativeZero && coefficient === 0n, annotations };
}
function timestamp(precision, fields3, annotations) {
  return {
    type: "timestamp",
    precision,
    year: fields3.year,
    month: fields3.month ?? 1,
    day: fields3.day ?? 1,
    hour: fields3.hour ?? 0,
    minute: fields3.minute ?? 0,
    second: fields3.second ?? 0,
    fraction: fields3.fraction ?? 0n,
    fractionDigits: fields3.fractionDigits ?? 0,
    offset: fields3.offset,
    annotations
  };
}
function date(year, month, day) {
  return { type: "date", year, month, day, annotations: void 0 };
}
function time(hour, minute, second, fraction, fractionDigits2, offset) {
  return { type: "time", hour, minute, second, fraction, fractionDigits: fractionDigits2, offset, annotations: void 0 };
}
function interval(family, months2, nanoseconds, qualifier) {
  return { type: "interval", family, months: months2, nanoseconds, qualifier, annotations: void 0 };
}
function string(value, annotations) {
  return { type: "string", value, annotations };
}
function symbol(value, annotations) {
  return { type: "symbol", value, annotations };
}
function blob(bytes, annotations) {
  return { type: "blob", bytes, annotations };
}
function clob(bytes, annotations) {
  return { type: "clob", bytes, annotations };
}
function list(items, annotations) {
  return { type: "list", items, annotations };
}
function sexp(items, annotations) {
  return { type: "sexp", items, annotations };
}
function bag(items) {
  return { type: "bag", items, annotations: void 0 };
}
var PlainStruct = class {
  type = "struct";
  names;
  values;
  annotations;
  constructor(names2, values, annotations) {
    this.names = names2;
    this.values = values;
    this.annotations = annotations;
  }
  get(name) {
    const index = this.names.indexOf(name);
    return index === -1 ? void 0 : this.values[index];
  }
};
function struct(names2, values, annotations) {
  if (names2.length !== values.length) throw new BugError("a struct has as many names as values");
  return new PlainStruct(names2, values, annotations);
}
function structOf(fields3) {
  return struct(Object.keys(fields3), Object.values(fields3));
}
function isAbsent(value) {
  return value.type === "null" || value.type === "missing";
}

// ../../hashprof/work/src/plan/column-name.ts
function columnName(expression) {
  if (expression.kind === "variable") return expression.name.text;
  if (expression.kind !== "path") return void 0;
  const last = expression.steps[expression.steps.length - 1];
  if (last?.kind === "field") return last.name.text;
  if (last?.kind === "index" && last.index.kind === "literal" && last.index.value.type === "string") {
    return last.index.value.value;
  }
  return void 0;
}

// ../../hashprof/work/src/plan/walk-plan.ts
function slotsRead(node, into = /* @__PURE__ */ new Set()) {
  if (typeof node !== "object" || node === null) return into;
  if (Array.isArray(node)) {
    for (const item of node) slotsRead(item, into);
    return into;
  }
  const { kind, slot } = node;
  if (kind === "slot" && slot !== void 0) into.add(slot);
  if (kind === "constant") return into;
  for (const [name, part] of Object.entries(node)) {
    if (name !== "span" && name !== "table") slotsRead(part, into);
  }
  return into;
}
function slotsFilled(operator2) {
  switch (operator2.kind) {
    case "one-row":
      return [];
    case "scan-table":
    case "scan-value":
      return [operator2.slot, operator2.atSlot, operator2.bySlot].filter((slot) => slot !== void 0);
    case "filter":
    case "sort":
      return slotsFilled(operator2.input);
    case "let":
      return [...slotsFilled(operator2.input), operator2.slot];
    case "window":
      return [...slotsFilled(operator2.input), ...operator2.functions.map((one) => one.slot)];
    case "join":
      return [...operator2.leftSlots, ...operator2.rightSlots];
    case "group":
      return [
        ...operator2.keys.map((key2) => key2.slot),
        ...operator2.aggregates.map((aggregate) => aggregate.slot),
        ...operator2.groupAs === void 0 ? [] : [operator2.groupAs.slot]
      ];
  }
}
function expressionKey(expression) {
  return JSON.stringify(expression, (name, part) => {
    if (name === "span") return void 0;
    return typeof part === "bigint" ? `${part}n` : part;
  });
}
function conjunctsOf(condition, into = []) {
  if (condition.kind === "binary" && condition.op === "and") {
    conjunctsOf(condition.left, into);
    conjunctsOf(condition.right, into);
  } else into.push(condition);
  return into;
}
function isCorrelated(query) {
  const filled = /* @__PURE__ */ new Set();
  collectFilled(query, filled);
  for (const slot of slotsRead(query)) if (!filled.has(slot)) return true;
  return false;
}
function collectFilled(node, into) {
  if (typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) {
    for (const item of node) collectFilled(item, into);
    return;
  }
  const { kind, slot, atSlot, bySlot } = node;
  if (kind === "constant" || kind === "slot") return;
  for (const one of [slot, atSlot, bySlot]) if (one !== void 0) into.add(one);
  for (const [name, part] of Object.entries(node)) if (name !== "span" && name !== "table") collectFilled(part, into);
}

// ../../hashprof/work/src/plan/use-index.ts
function indexAccess(scan, condition, context) {
  if (scan.source.kind === "system") return void 0;
  const { source } = scan;
  for (const { path, key: key2, many } of keyedPaths(scan, condition, context.foldsCase)) {
    const isCommitted = source.kind === "history" || source.view === "committed";
    if (path.length === 0 || isCommitted && path.join(".") === "metadata.id") return { kind: "id", key: key2, many };
    if (source.kind === "history") continue;
    const field = indexedField(path, isCommitted);
    const index = source.table.indexes.find((one) => one.field === field);
    if (index !== void 0) return { kind: "index", index, key: key2, many };
  }
  return void 0;
}
function missingIndex(scan, conditions) {
  if (scan.source.kind !== "table" || scan.access.kind !== "scan") return void 0;
  const isCommitted = scan.source.view === "committed";
  for (const condition of conditions) {
    for (const { path } of keyedPaths(scan, condition, false)) {
      const field = indexedField(path, isCommitted);
      if (field !== void 0) return field;
    }
  }
  return void 0;
}
function indexedField(path, isCommitted) {
  const field = isCommitted ? path[0] === "data" ? path.slice(1) : [] : path;
  return field.length === 1 ? field[0] : void 0;
}
function keyedPaths(scan, condition, foldsCase) {
  const found = [];
  for (const { operand, key: key2, many } of candidates(condition)) {
    const read = slotsRead(key2);
    if ([scan.slot, scan.atSlot, scan.bySlot].some((slot) => slot !== void 0 && read.has(slot))) continue;
    const path = pathOn(operand, scan, foldsCase);
    if (path !== void 0) found.push({ path, key: key2, many });
  }
  return found;
}
function candidates(condition) {
  if (condition.kind === "in" && !condition.negated) {
    return [{ operand: condition.operand, key: condition.collection, many: true }];
  }
  if (condition.kind !== "binary" || condition.op !== "=") return [];
  return [
    { operand: condition.left, key: condition.right, many: false },
    { operand: condition.right, key: condition.left, many: false }
  ];
}
function pathOn(operand, scan, foldsCase) {
  const names2 = [];
  let at = operand;
  while (at.kind === "field") {
    if (!at.exact && foldsCase || at.fallback !== void 0) return void 0;
    names2.unshift(at.name);
    at = at.operand;
  }
  if (at.kind !== "slot") return void 0;
  if (at.slot === scan.slot && names2.length > 0) return names2;
  return at.slot === scan.bySlot && names2.length === 0 ? [] : void 0;
}

// ../../hashprof/work/src/plan/push-filters.ts
function pushFilter(operator2, condition, context, mode = "where") {
  switch (operator2.kind) {
    case "scan-table": {
      const access = indexAccess(operator2, condition, context);
      const isBetter = access !== void 0 && cost(access) < cost(operator2.access);
      return filtered(isBetter ? { ...operator2, access } : operator2, condition);
    }
    case "filter": {
      const input = pushFilter(operator2.input, condition, context, mode);
      if (input.kind !== "filter" || input.conditions.at(-1) !== condition) return { ...operator2, input };
      return { kind: "filter", input: input.input, conditions: [...operator2.conditions, ...input.conditions] };
    }
    case "let":
      if (slotsRead(condition).has(operator2.slot)) return filtered(operator2, condition);
      return { ...operator2, input: pushFilter(operator2.input, condition, context, mode) };
    case "join":
      return pushIntoJoin(operator2, condition, context, mode);
    default:
      return filtered(operator2, condition);
  }
}
function filtered(input, condition) {
  return { kind: "filter", input, conditions: [condition] };
}
function cost(access) {
  return access.kind === "scan" ? 4 : (access.kind === "id" ? 0 : 2) + (access.many ? 1 : 0);
}
function pushIntoJoin(join3, condition, context, mode) {
  const read = slotsRead(condition);
  const readsLeft = join3.leftSlots.some((slot) => read.has(slot));
  const readsRight = join3.rightSlots.some((slot) => read.has(slot));
  if (join3.join === "full") return filtered(join3, condition);
  if (join3.join === "left") {
    if (mode === "where") {
      if (readsRight) return filtered(join3, condition);
      return { ...join3, left: pushFilter(join3.left, condition, context) };
    }
    return pushRight(join3, condition, context, readsLeft);
  }
  if (!readsRight) return { ...join3, left: pushFilter(join3.left, condition, context) };
  return pushRight(join3, condition, context, readsLeft);
}
function pushRight(join3, condition, context, readsLeft) {
  if (!readsLeft) return { ...join3, right: pushFilter(join3.right, condition, context) };
  const right = pushFilter(join3.right, condition, context);
  if (looksUp(right) && !looksUp(join3.right)) {
    const pairs = (join3.hash?.left ?? []).map((left, position2) => equality(left, join3.hash?.right[position2]));
    return { ...join3, right, hash: void 0, on: [...join3.on, ...pairs] };
  }
  const keys = equalitySides(condition, join3);
  if (keys === void 0 || slotsReadFrom(join3.right, join3.leftSlots)) {
    return { ...join3, on: [...join3.on, condition] };
  }
  const hash3 = { left: [...join3.hash?.left ?? [], keys.left], right: [...join3.hash?.right ?? [], keys.right] };
  return { ...join3, hash: hash3 };
}
function equality(left, right) {
  return { kind: "binary", op: "=", left, right: right ?? left, span: left.span };
}
function looksUp(operator2) {
  if (operator2.kind === "filter") return looksUp(operator2.input);
  return operator2.kind === "scan-table" && operator2.access.kind !== "scan";
}
function slotsReadFrom(operator2, slots) {
  const read = slotsRead(operator2);
  return slots.some((slot) => read.has(slot));
}
function equalitySides(condition, join3) {
  if (condition.kind !== "binary" || condition.op !== "=") return void 0;
  const sides = [condition.left, condition.right].map((operand) => {
    const read = slotsRead(operand);
    const left = slotsFilled(join3.left).some((slot) => read.has(slot));
    const right = slotsFilled(join3.right).some((slot) => read.has(slot));
    return left === right ? "mixed" : left ? "left" : "right";
  });
  if (sides[0] === "left" && sides[1] === "right") return { left: condition.left, right: condition.right };
  if (sides[0] === "right" && sides[1] === "left") return { left: condition.right, right: condition.left };
  return void 0;
}

// ../../hashprof/work/src/base/error-list.ts
var ErrorList = class {
  #errors = [];
  #places = /* @__PURE__ */ new Set();
  get isEmpty() {
    return this.#errors.length === 0;
  }
  /** Keeps an error, for the search goes on. Throws it when enough have been found (statementErrorsMax). */
  add(error) {
    const place = `${error.code} ${error.span?.start} ${error.span?.end}`;
    if (this.#places.has(place)) return;
    if (this.#errors.length + 1 >= statementErrorsMax) throw error;
    this.#places.add(place);
    this.#errors.push(error);
  }
  /** The first error with all others attached, then those given; undefined when there is none at all. */
  join(...later) {
    const [first, ...rest] = [...this.#errors, ...later];
    return first && joinErrors([first, ...rest]);
  }
  /** The errors so far. */
  get errors() {
    return this.#errors;
  }
};

// ../../hashprof/work/src/plan/scope.ts
var Scope = class {
  parent;
  variables = [];
  sources = [];
  /** How many FROM sources the block has altogether; set before the first is resolved. */
  sourceCount = 0;
  grouping;
  /** Where window functions are collected; undefined where none is allowed. */
  windows;
  constructor(parent) {
    this.parent = parent;
  }
  /** Whether the block is a sub-query of one that has sources. */
  get isNested() {
    for (let block = this.parent; block !== void 0; block = block.parent) if (block.sourceCount > 0) return true;
    return false;
  }
  /** The only source, into which unknown names are paths. */
  get onlySource() {
    return this.sourceCount === 1 ? this.sources[0]?.source : void 0;
  }
};
var PlanContext = class {
  catalog;
  options;
  foldsCase;
  slots = 0;
  parameters = 0;
  /** Set while the sources of a change are resolved: elements of nested lists keep their ordinals. */
  tracksElements = false;
  #errors = new ErrorList();
  #callErrors = new ErrorList();
  #isTrying = false;
  constructor(catalog, options) {
    this.catalog = catalog;
    this.options = options;
    this.foldsCase = options.foldsCase ?? false;
  }
  newSlot() {
    this.slots += 1;
    return this.slots - 1;
  }
  /** Whether something has been found wrong, so that the plan will never run and may hold stand-ins. */
  get isRefused() {
    return !this.#errors.isEmpty;
  }
  /** Notes an error; the caller goes on with a stand-in to find more. Throws it where an expression is only tried. */
  note(error) {
    if (this.#isTrying) throw error;
    this.#errors.add(error);
  }
  /** Checks a call of a function; what is wrong with it is only told of beside other errors. */
  checkCall(name, argumentCount, span2) {
    const error = this.#isTrying ? void 0 : this.options.checkCall?.(name, argumentCount, span2);
    if (error !== void 0) this.#callErrors.add(error);
  }
  /** Builds something that may well fail: gives undefined then, and notes nothing. */
  attempt(build) {
    const before = this.#isTrying;
    this.#isTrying = true;
    try {
      return build();
    } catch (error) {
      if (error instanceof LedgerError) return void 0;
      throw error;
    } finally {
      this.#isTrying = before;
    }
  }
  /** Does all the building. Throws the first error with the others attached; one that is raised ends the search. */
  collect(build) {
    let raised = [];
    try {
      const built = build();
      if (!this.isRefused) return built;
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      raised = [error];
    }
    throw this.#errors.join(...raised, ...this.#callErrors.errors);
  }
  /** A name must be matched exactly when it is quoted or the catalog's names are exact. */
  isExact(name) {
    return name.quoted || !this.foldsCase;
  }
};
function declare(scope, context, name, role, slot, span2, more = {}) {
  const fold = (text2) => context.foldsCase ? text2 : text2.toLowerCase();
  if (scope.variables.some((other) => fold(other.name) === fold(name))) {
    throw new LedgerError(
      "semantic/duplicate-variable",
      `A variable named '${name}' was already defined in this scope`,
      {
        span: span2
      }
    );
  }
  const variable = { name, slot, role, origin: more.origin, columns: more.columns };
  scope.variables.push(variable);
  return variable;
}
function findVariable(scope, name, context, accept = () => true) {
  const isExact2 = context.isExact(name);
  const lower = name.text.toLowerCase();
  for (let block = scope; block !== void 0; block = block.parent) {
    if (isExact2) {
      const exact = block.variables.find((variable) => variable.name === name.text && accept(variable));
      if (exact !== void 0) return exact;
      continue;
    }
    const fitting = block.variables.filter((variable) => variable.name.toLowerCase() === lower && accept(variable));
    if (fitting.length > 1) {
      throw new LedgerError("semantic/invalid", `the name '${name.text}' fits several variables`, {
        span: name.span,
        help: "write it in double quotes to match one of them exactly"
      });
    }
    if (fitting[0] !== void 0) return fitting[0];
  }
  return void 0;
}
function noSuchVariable(name, scope, context) {
  const names2 = /* @__PURE__ */ new Set();
  for (let block = scope; block !== void 0; block = block.parent) {
    for (const variable of block.variables) names2.add(variable.name);
  }
  for (const global of context.catalog.globalNames()) names2.add(global);
  const near = nearName(name.text, names2);
  return new LedgerError("semantic/no-such-variable", `No such variable named '${name.text}'`, {
    span: name.span,
    ...near === void 0 ? {} : { help: `did you mean '${near}'?` }
  });
}
function unresolved(span2) {
  return { kind: "constant", value: missing, span: span2 };
}
function unresolvedTable(name) {
  return { tableId: "", name, active: false, indexes: [] };
}
function slotOf(variable, span2) {
  return { kind: "slot", slot: variable.slot, name: variable.name, span: span2 };
}
function illegalGlobal(name) {
  return new LedgerError(
    "semantic/not-in-qldb",
    `Global variable access is illegal in this context, variable name: '${name.text}'`,
    { span: name.span }
  );
}

// ../../hashprof/work/src/plan/build-from.ts
function countSources(from) {
  return from.kind === "join" ? countSources(from.left) + countSources(from.right) : 1;
}
function buildFrom(from, scope, context) {
  if (from.kind === "join") return buildJoin(from, scope, context);
  if (from.kind === "unpivot") return buildValueScan(from, { value: unpivoted(from, scope, context) }, scope, context);
  const table = findTable(from.value, scope, context);
  if (table !== void 0) return buildTableScan(from, table, scope, context);
  return buildValueScan(from, buildSource(from.value, scope, context), scope, context);
}
function unpivoted(from, scope, context) {
  return buildSource(from.value, scope, context).value;
}
function buildJoin(from, scope, context) {
  const left = buildFrom(from.left, scope, context);
  const sourcesLeft = scope.sources.length;
  const right = buildFrom(from.right, scope, context);
  const on = from.on === void 0 ? void 0 : buildExpression(from.on, scope, context);
  for (const [position2, source] of scope.sources.entries()) {
    const isLeft = position2 < sourcesLeft;
    if (from.join === "full" || (isLeft ? from.join === "right" : from.join === "left")) source.nullable = true;
  }
  const sides = { leftSlots: slotsFilled(left), rightSlots: slotsFilled(right) };
  if (from.join === "full" || from.join === "right") checkIndependent(right, sides.leftSlots, from);
  if (from.join === "full")
    return { kind: "join", join: "full", left, right, on: on === void 0 ? [] : [on], hash: void 0, ...sides };
  if (from.join === "right") {
    const swapped = { leftSlots: sides.rightSlots, rightSlots: sides.leftSlots };
    return withCondition(
      { kind: "join", join: "left", left: right, right: left, on: [], hash: void 0, ...swapped },
      on,
      context
    );
  }
  const join3 = from.join === "left" ? "left" : "inner";
  return withCondition({ kind: "join", join: join3, left, right, on: [], hash: void 0, ...sides }, on, context);
}
function checkIndependent(right, leftSlots, from) {
  const read = slotsRead(right);
  if (!leftSlots.some((slot) => read.has(slot))) return;
  throw new LedgerError("semantic/invalid", "the right side of a right or full join depends on its left side", {
    span: from.span
  });
}
function withCondition(join3, on, context) {
  if (on === void 0) return join3;
  if (context.options.typing === "strict") return { ...join3, on: [on] };
  let result = join3;
  for (const condition of conjunctsOf(on)) result = pushFilter(result, condition, context, "on");
  return result;
}
function declareSource(from, scope, context, more) {
  const position2 = scope.sources.length + 1;
  const alias = from.as?.text ?? columnName(from.value) ?? `_${position2}`;
  const slot = context.newSlot();
  const atSlot = from.at !== void 0 || more.element ? context.newSlot() : void 0;
  const bySlot = from.by !== void 0 || more.origin?.length === 0 ? context.newSlot() : void 0;
  const origin = more.origin && more.element && atSlot !== void 0 ? [...more.origin, { kind: "element", slot: atSlot }] : more.origin;
  const source = declare(scope, context, alias, "source", slot, from.as?.span ?? from.span, {
    origin,
    columns: more.columns
  });
  const at = from.at && declare(scope, context, from.at.text, "ordinal", atSlot, from.at.span);
  const by = from.by && declare(scope, context, from.by.text, "id", bySlot, from.by.span);
  scope.sources.push({ source, at, by, nullable: false });
  return { alias, slot, atSlot, bySlot };
}
function buildTableScan(from, source, scope, context) {
  if (context.options.strictQldb && scope.isNested && from.value.kind === "variable") {
    throw illegalGlobal(from.value.name);
  }
  const changeable = context.tracksElements && source.kind === "table" && source.view === "user";
  const names2 = declareSource(from, scope, context, { origin: changeable ? [] : void 0 });
  return { kind: "scan-table", source, access: { kind: "scan" }, ...names2 };
}
function buildValueScan(from, source, scope, context) {
  const { value } = source;
  const columns2 = value.kind === "query" && value.coercion === "none" ? columnsOf(value.query) : void 0;
  const names2 = declareSource(from, scope, context, {
    origin: source.origin,
    columns: columns2,
    element: source.origin !== void 0
  });
  const unpivot = from.kind === "unpivot";
  return { kind: "scan-value", value, unpivot, unnests: source.unnests ?? false, ...names2, span: from.span };
}
function columnsOf(query) {
  if (query.kind !== "select" || query.columns === void 0) return void 0;
  return new Set(query.columns).size === query.columns.length ? query.columns : void 0;
}
function buildSource(value, scope, context) {
  if (value.kind === "variable") return buildRoot(value.name, value.local, scope, context);
  if (value.kind !== "path" || value.root.kind !== "variable") {
    return { value: buildExpression(value, scope, context, "none") };
  }
  const root = buildRoot(value.root.name, value.root.local, scope, context);
  const path = buildPath(root.value, value.steps, scope, context);
  if (root.unnests !== true) return { value: path };
  return { value: path, unnests: path.kind !== "spread", origin: originOf(path, root.origin) };
}
function buildRoot(name, local, scope, context) {
  const bound = findVariable(scope, name, context, (variable2) => variable2.role === "with");
  if (bound !== void 0) return { value: slotOf(bound, name.span) };
  const global = local ? void 0 : context.catalog.findGlobal(name.text, name.quoted);
  if (global?.kind === "value") return { value: { kind: "global", name: global.name, span: name.span } };
  const variable = findVariable(scope, name, context);
  if (variable !== void 0) return { value: slotOf(variable, name.span), unnests: true, origin: variable.origin };
  const only = scope.parent === void 0 || local ? void 0 : nearestOnlySource(scope.parent);
  if (only === void 0) {
    context.note(noSuchVariable(name, scope, context));
    return { value: unresolved(name.span), origin: context.tracksElements ? [] : void 0 };
  }
  const operand = slotOf(only, name.span);
  const exact = context.isExact(name);
  return {
    value: { kind: "field", operand, name: name.text, exact, fallback: void 0, span: name.span },
    unnests: true
  };
}
function nearestOnlySource(scope) {
  let block = scope;
  while (block !== void 0 && block.sourceCount === 0) block = block.parent;
  return block?.onlySource;
}
function originOf(path, root) {
  if (root === void 0) return void 0;
  const steps = [];
  for (let at = path; at.kind !== "slot"; at = at.operand) {
    if (at.kind === "field") steps.unshift({ kind: "field", name: at.name, exact: at.exact });
    else if (at.kind === "index") steps.unshift({ kind: "index", index: at.index });
    else return void 0;
  }
  return [...root, ...steps];
}
var committedPrefix = "_ql_committed_";
function findTable(value, scope, context) {
  if (value.kind === "call" && value.name === "history") return buildHistory(value, scope, context);
  if (value.kind === "path") return systemView(value, scope, context);
  if (value.kind !== "variable" || value.local) return void 0;
  const { name } = value;
  if (findVariable(scope, name, context, (variable) => variable.role === "with") !== void 0) return void 0;
  const global = context.catalog.findGlobal(name.text, name.quoted);
  if (global?.kind === "table") return { kind: "table", table: global.table, view: "user" };
  if (global !== void 0 || !name.text.startsWith(committedPrefix)) return void 0;
  const table = context.catalog.findGlobal(name.text.slice(committedPrefix.length), name.quoted);
  return table?.kind === "table" ? { kind: "table", table: table.table, view: "committed" } : void 0;
}
function systemView(path, scope, context) {
  const [step, ...rest] = path.steps;
  if (path.root.kind !== "variable" || path.root.name.text !== "information_schema") return void 0;
  if (step?.kind !== "field" || rest.length > 0 || findVariable(scope, path.root.name, context) !== void 0)
    return void 0;
  if (step.name.text !== "user_tables") {
    const message = `No such variable named 'information_schema.${step.name.text}'`;
    const help = "did you mean 'information_schema.user_tables'?";
    context.note(new LedgerError("semantic/no-such-variable", message, { span: path.span, help }));
  }
  return { kind: "system", name: step.name.text };
}
function buildHistory(call, scope, context) {
  const [first, ...bounds] = call.args;
  if (first === void 0 || bounds.length > 2) {
    const message = `Incorrect number of arguments supplied to \`history\`. Min = 1, max = 3 Actual = ${call.args.length}`;
    context.note(new LedgerError("semantic/argument-count", message, { span: call.nameSpan }));
  }
  const table = first === void 0 ? unresolvedTable("history") : historyTable(first, scope, context);
  const [from, to] = bounds.map((bound) => buildExpression(bound, scope, context));
  return { kind: "history", table, from, to };
}
function historyTable(argument, scope, context) {
  const tableId = literalText(argument);
  if (tableId !== void 0) {
    const byId = context.catalog.findTableById(tableId);
    if (byId !== void 0) return byId;
    context.note(noSuchVariable({ text: tableId, quoted: true, span: argument.span }, scope, context));
    return unresolvedTable(tableId);
  }
  if (argument.kind !== "variable") {
    throw new LedgerError("semantic/invalid", "history() takes the name of a table or its id as a string", {
      span: argument.span
    });
  }
  const found = context.catalog.findGlobal(argument.name.text, argument.name.quoted);
  if (found?.kind === "table") return found.table;
  context.note(noSuchVariable(argument.name, scope, context));
  return unresolvedTable(argument.name.text);
}

// ../../hashprof/work/src/plan/build-projection.ts
function buildProjection(projection, scope, context) {
  const { span: span2 } = projection;
  if (projection.kind === "value") {
    return { value: buildExpression(projection.value, scope, context), columns: void 0 };
  }
  const parts2 = projection.kind === "star" ? starParts(projection, scope) : itemParts(projection.items, scope, context);
  const named = parts2.every((part) => part.kind === "field");
  const columns2 = named ? parts2.map((part) => part.kind === "field" ? part.name : "") : void 0;
  return { value: { kind: "row", parts: parts2, span: span2 }, columns: columns2 };
}
function starParts(projection, scope) {
  const { span: span2 } = projection;
  if (scope.grouping !== void 0) {
    const keys = scope.variables.filter((variable) => variable.role === "key");
    return keys.map((key2) => ({ kind: "field", name: key2.name, value: slotOf(key2, span2) }));
  }
  if (scope.sources.length === 0) {
    throw new LedgerError("semantic/invalid", "'*' needs a FROM clause", { span: span2 });
  }
  return scope.sources.flatMap((names2, position2) => [
    ...sourceParts(names2, position2, span2),
    ...[names2.at, names2.by].flatMap(
      (variable) => variable === void 0 ? [] : [{ kind: "field", name: variable.name, value: slotOf(variable, span2) }]
    )
  ]);
}
function sourceParts({ source, nullable }, position2, span2) {
  const value = slotOf(source, span2);
  if (!nullable || source.columns === void 0) return [{ kind: "all", value, otherwise: `_${position2 + 1}` }];
  return source.columns.map((name) => ({
    kind: "field",
    name,
    value: { kind: "field", operand: value, name, exact: true, fallback: void 0, span: span2 }
  }));
}
function itemParts(items, scope, context) {
  let unnamed = 0;
  return items.map((item, position2) => {
    if (item.kind === "star") {
      unnamed += 1;
      return { kind: "all", value: buildExpression(item.value, scope, context), otherwise: `_${unnamed}` };
    }
    let name = item.alias?.text ?? columnName(item.value);
    if (name === void 0) {
      unnamed += 1;
      name = `_${context.options.strictQldb ? position2 + 1 : unnamed}`;
    }
    return { kind: "field", name, value: buildExpression(item.value, scope, context) };
  });
}
function excluded(paths, scope, context) {
  const bindings = [];
  if (paths.length === 0) return { scope, bindings };
  const inner = new Scope(scope.parent);
  inner.sourceCount = scope.sourceCount;
  inner.grouping = scope.grouping;
  inner.windows = scope.windows;
  inner.variables.push(...scope.variables);
  inner.sources.push(...scope.sources);
  const byVariable = /* @__PURE__ */ new Map();
  for (const path of paths) {
    const [name, steps] = excludePath(path, inner, context);
    byVariable.set(name, [...byVariable.get(name) ?? [], steps]);
  }
  for (const [name, steps] of byVariable) {
    const position2 = inner.variables.findIndex((variable) => variable.name === name);
    const old = inner.variables[position2];
    if (old === void 0) continue;
    const fresh = { ...old, slot: context.newSlot(), columns: void 0 };
    inner.variables[position2] = fresh;
    const source = inner.sources.findIndex((names3) => names3.source === old);
    const names2 = inner.sources[source];
    if (names2 !== void 0) inner.sources[source] = { ...names2, source: fresh };
    const span2 = paths[0].span;
    const value = { kind: "exclude", operand: slotOf(old, span2), paths: steps, span: span2 };
    bindings.push({ slot: fresh.slot, value, name });
  }
  return { scope: inner, bindings };
}
function excludePath(path, scope, context) {
  const root = path.kind === "path" ? path.root : path;
  const only = scope.onlySource;
  if (root.kind !== "variable") {
    throw new LedgerError("semantic/invalid", "EXCLUDE takes paths that begin with a name", { span: path.span });
  }
  const steps = path.kind === "path" ? path.steps.map((step) => excludeStep(step, context)) : [];
  const variable = findVariable(scope, root.name, context);
  if (variable !== void 0) return [variable.name, steps];
  if (only === void 0) throw noSuchVariable(root.name, scope, context);
  return [only.name, [{ kind: "field", name: root.name.text, exact: context.isExact(root.name) }, ...steps]];
}
function excludeStep(step, context) {
  if (step.kind === "each" || step.kind === "each-field") return { kind: step.kind };
  if (step.kind === "field") return { kind: "field", name: step.name.text, exact: context.isExact(step.name) };
  const name = literalText(step.index);
  if (name !== void 0) return { kind: "field", name, exact: true };
  if (step.index.kind === "literal" && step.index.value.type === "int") {
    return { kind: "index", index: Number(step.index.value.value) };
  }
  throw new LedgerError("semantic/invalid", "EXCLUDE takes literal indexes", { span: step.span });
}

// ../../hashprof/work/src/plan/build-query.ts
function buildQuery(query, parent, context, coercion) {
  const { span: span2 } = query;
  switch (query.kind) {
    case "select":
      return buildSelect(query, parent, context, coercion);
    case "pivot":
      return { kind: "query", query: buildPivot(query, parent, context), coercion: "none", span: span2 };
    case "set-operation":
      return { kind: "query", query: buildSetOperation(query, parent, context), coercion: "none", span: span2 };
    case "values": {
      const rows = query.rows.map((row) => {
        const items = row.map((item) => buildExpression(item, parent, context));
        return { kind: "sequence", type: "list", items, span: span2 };
      });
      return { kind: "sequence", type: "bag", items: rows, span: span2 };
    }
    case "with":
      return buildWith(query, parent, context, coercion);
  }
}
function buildWith(query, parent, context, coercion) {
  const { span: span2 } = query;
  if (query.recursive) throw new LedgerError("semantic/unsupported", "WITH RECURSIVE is not supported", { span: span2 });
  const scope = new Scope(parent);
  const bindings = query.bindings.map((binding) => {
    if (binding.columns !== void 0) {
      throw new LedgerError("semantic/unsupported", "column names in WITH are not supported", {
        span: binding.name.span
      });
    }
    const value = buildExpression(binding.query, scope, context, "none");
    const slot = context.newSlot();
    declare(scope, context, binding.name.text, "with", slot, binding.name.span);
    return { slot, name: binding.name.text, value };
  });
  const body = buildExpression(query.query, scope, context, coercion === "values" ? "values" : "none");
  return { kind: "query", query: { kind: "with", bindings, body, span: span2 }, coercion: "none", span: span2 };
}
function buildBlock(query, parent, context) {
  const scope = new Scope(parent);
  let input = { kind: "one-row" };
  if (query.from !== void 0) {
    scope.sourceCount = countSources(query.from);
    input = buildFrom(query.from, scope, context);
  }
  for (const binding of query.lets) {
    const value = buildExpression(binding.value, scope, context);
    const slot = context.newSlot();
    declare(scope, context, binding.name.text, "let", slot, binding.name.span);
    input = { kind: "let", input, slot, value, name: binding.name.text };
  }
  if (query.where !== void 0) input = addFilter(input, buildExpression(query.where, scope, context), context);
  const items = query.kind === "select" && query.projection.kind === "items" ? query.projection.items : [];
  const outputs = query.kind === "select" ? [query.projection] : [query.value, query.at];
  if (query.groupBy === void 0 && !hasAggregate([outputs, query.having, query.orderBy])) {
    if (query.having !== void 0) {
      throw new LedgerError("semantic/invalid", "HAVING without GROUP BY", { span: query.having.span });
    }
    return { input, scope, grouped: void 0 };
  }
  const grouped = buildGroup(query.groupBy, input, scope, items, context);
  return { input, scope: grouped.scope, grouped };
}
function addFilter(input, condition, context) {
  if (context.options.typing === "strict") return { kind: "filter", input, conditions: [condition] };
  return conjunctsOf(condition).reduce((operator2, one) => pushFilter(operator2, one, context), input);
}
function buildSelect(query, parent, context, coercion) {
  const { span: span2 } = query;
  const { input, scope, grouped } = buildBlock(query, parent, context);
  scope.windows = [];
  const having = query.having && buildExpression(query.having, scope, context);
  const items = query.projection.kind === "items" ? query.projection.items : [];
  const keys = query.orderBy?.map((key2) => buildSortKey(aliased(key2, items), scope, context));
  const exclusion = excluded(query.exclude ?? [], scope, context);
  const { value, columns: columns2 } = buildProjection(query.projection, exclusion.scope, context);
  const windows = scope.windows;
  let operator2 = grouped === void 0 ? input : grouped.finish();
  if (having !== void 0) operator2 = { kind: "filter", input: operator2, conditions: [having] };
  for (const window of windows) operator2 = { ...window, input: operator2, slots: slotsFilled(operator2) };
  const bounds = { ...buildBounds(query, parent, context), span: span2 };
  if (keys !== void 0) {
    const top = query.quantifier === "distinct" ? void 0 : bounds;
    operator2 = { kind: "sort", input: operator2, keys, slots: slotsFilled(operator2), top };
  }
  for (const binding of exclusion.bindings) operator2 = { kind: "let", input: operator2, ...binding };
  return {
    kind: "query",
    query: {
      kind: "select",
      input: operator2,
      value,
      distinct: query.quantifier === "distinct",
      ordered: query.orderBy !== void 0,
      ...bounds,
      columns: columns2
    },
    coercion: coerces(query) ? coercion : "none",
    span: span2
  };
}
function coerces(query) {
  if (query.projection.kind !== "items" || query.projection.items.length !== 1) return false;
  return query.projection.items[0]?.kind === "expression";
}
function aliased(key2, items) {
  const { value } = key2;
  if (value.kind !== "variable" || value.local) return key2;
  for (const item of items) {
    if (item.kind !== "expression" || item.alias === void 0) continue;
    const same = value.name.quoted ? item.alias.text === value.name.text : item.alias.text.toLowerCase() === value.name.text.toLowerCase();
    if (same) return { ...key2, value: item.value };
  }
  return key2;
}
function buildPivot(query, parent, context) {
  const { input, scope, grouped } = buildBlock(query, parent, context);
  const having = query.having && buildExpression(query.having, scope, context);
  const keys = query.orderBy?.map((key2) => buildSortKey(key2, scope, context));
  const name = buildExpression(query.at, scope, context);
  const value = buildExpression(query.value, scope, context);
  let operator2 = grouped === void 0 ? input : grouped.finish();
  if (having !== void 0) operator2 = { kind: "filter", input: operator2, conditions: [having] };
  if (keys !== void 0) {
    operator2 = { kind: "sort", input: operator2, keys, slots: slotsFilled(operator2), top: void 0 };
  }
  return {
    kind: "pivot",
    input: operator2,
    name,
    value,
    ...buildBounds(query, parent, context),
    span: query.span
  };
}
function buildSetOperation(query, parent, context) {
  const left = buildExpression(query.left, parent, context, "none");
  const right = buildExpression(query.right, parent, context, "none");
  if (!query.outer) checkColumns(left, right, query.span);
  return {
    kind: "set",
    op: query.op,
    outer: query.outer,
    all: query.quantifier === "all",
    left,
    right,
    sort: query.orderBy === void 0 ? void 0 : sortOfRows(query.orderBy, parent, context, query.span),
    ...buildBounds(query, parent, context),
    span: query.span
  };
}
function sortOfRows(orderBy, parent, context, span2) {
  const scope = new Scope(parent);
  const slot = context.newSlot();
  scope.sourceCount = 1;
  const row = declare(scope, context, "_1", "source", slot, span2);
  scope.sources.push({ source: row, at: void 0, by: void 0, nullable: false });
  return { slot, keys: orderBy.map((key2) => buildSortKey(key2, scope, context)) };
}
function checkColumns(left, right, span2) {
  const counts = [left, right].map(
    (side) => side.kind === "query" && side.query.kind === "select" ? side.query.columns?.length : void 0
  );
  if (counts[0] === void 0 || counts[1] === void 0 || counts[0] === counts[1]) return;
  throw new LedgerError("semantic/invalid", `the sides have ${counts[0]} and ${counts[1]} columns`, {
    span: span2,
    help: "write OUTER before the operation to combine rows of any shape"
  });
}
function buildBounds(query, parent, context) {
  for (const bound of [query.limit, query.offset]) {
    if (bound?.kind !== "unary" || bound.op !== "-" || bound.operand.kind !== "literal") continue;
    throw new LedgerError("semantic/invalid", "LIMIT and OFFSET take no negative number", { span: bound.span });
  }
  return {
    limit: query.limit && buildExpression(query.limit, parent, context),
    offset: query.offset && buildExpression(query.offset, parent, context)
  };
}

// ../../hashprof/work/src/plan/build-expression.ts
function buildExpression(expression, scope, context, coercion = "scalar") {
  const grouped = groupedExpression(expression, scope, context);
  if (grouped !== void 0) return grouped;
  const build = (operand) => buildExpression(operand, scope, context);
  const { span: span2 } = expression;
  switch (expression.kind) {
    case "literal":
      return { kind: "constant", value: expression.value, span: span2 };
    case "variable":
      return resolveName(expression.name, expression.local, scope, context);
    case "parameter":
      context.parameters = Math.max(context.parameters, expression.ordinal + 1);
      return { kind: "parameter", ordinal: expression.ordinal, span: span2 };
    case "path":
      return buildPath(buildExpression(expression.root, scope, context, "none"), expression.steps, scope, context);
    case "unary":
      return { kind: "unary", op: expression.op, operand: build(expression.operand), span: span2 };
    case "binary":
      return {
        kind: "binary",
        op: expression.op,
        left: build(expression.left),
        right: build(expression.right),
        span: expression.opSpan
      };
    case "list":
    case "sexp":
    case "bag":
      return { kind: "sequence", type: expression.kind, items: expression.items.map(build), span: span2 };
    case "struct":
      return {
        kind: "struct",
        fields: expression.fields.map((field) => ({
          name: buildFieldName(field.name, scope, context),
          value: build(field.value)
        })),
        span: span2
      };
    case "call":
      return buildCall(expression, scope, context);
    case "select":
    case "pivot":
    case "set-operation":
    case "values":
    case "with":
      return buildQuery(expression, scope, context, coercion);
    default:
      return buildPredicate(expression, scope, context);
  }
}
function buildPredicate(expression, scope, context) {
  const build = (operand) => buildExpression(operand, scope, context);
  const { span: span2 } = expression;
  switch (expression.kind) {
    case "in":
      return {
        kind: "in",
        operand: build(expression.operand),
        collection: buildExpression(expression.collection, scope, context, "values"),
        negated: expression.negated,
        span: span2
      };
    case "between":
      return {
        kind: "between",
        operand: build(expression.operand),
        low: build(expression.low),
        high: build(expression.high),
        negated: expression.negated,
        span: span2
      };
    case "like":
      return {
        kind: "like",
        operand: build(expression.operand),
        pattern: build(expression.pattern),
        escape: expression.escape === void 0 ? void 0 : build(expression.escape),
        negated: expression.negated,
        span: span2
      };
    case "is": {
      const type = buildType(expression.type);
      return { kind: "is", operand: build(expression.operand), type, negated: expression.negated, span: span2 };
    }
    case "case":
      return {
        kind: "case",
        operand: expression.operand === void 0 ? void 0 : build(expression.operand),
        branches: expression.branches.map((branch) => ({ when: build(branch.when), result: build(branch.then) })),
        otherwise: expression.otherwise === void 0 ? void 0 : build(expression.otherwise),
        span: span2
      };
    case "cast": {
      const type = buildType(expression.type);
      return { kind: "cast", form: expression.form, operand: build(expression.operand), type, span: span2 };
    }
  }
}
function buildType(type) {
  const [precision, scale = 0] = type.args;
  if (/^(dec|decimal|numeric)$/.test(type.name) && precision !== void 0 && (precision < 1 || scale > precision)) {
    throw new LedgerError("semantic/invalid", `${type.name.toUpperCase()}(${type.args.join(", ")}) is no type`, {
      span: type.span,
      help: "the precision is at least 1 and the scale at most the precision"
    });
  }
  return { name: type.name, args: type.args, withTimeZone: type.withTimeZone };
}
var takesRows = /^(exists|size|cardinality|coll_.*|tupleunion|flatten|coll_to_scalar)$/;
function buildCall(call, scope, context) {
  if (call.over !== void 0) return buildWindowCall(call, scope, context);
  if (isAggregate(call)) return buildAggregate(call, scope, context);
  const overDistinct = call.quantifier === "distinct" && call.name.startsWith("coll_");
  if (call.star || call.quantifier === "distinct" && !overDistinct || call.filter !== void 0) {
    const what = call.star ? "(*)" : call.filter !== void 0 ? "FILTER" : "DISTINCT";
    throw new LedgerError("semantic/invalid", `the function '${call.name}' does not take ${what}`, {
      span: call.nameSpan
    });
  }
  const rows = takesRows.test(call.name) ? "none" : "scalar";
  const args = call.args.map((argument) => buildExpression(argument, scope, context, rows));
  const name = overDistinct ? `${call.name}_distinct` : call.name;
  context.checkCall(name, args.length, call.nameSpan);
  return { kind: "call", name, args, span: call.nameSpan };
}
function buildPath(root, steps, scope, context) {
  let value = root;
  for (const [position2, step] of steps.entries()) {
    if (step.kind === "each" || step.kind === "each-field") {
      const rest = steps.slice(position2).map((one) => spreadStep(one, scope, context));
      return { kind: "spread", operand: value, steps: rest, span: step.span };
    }
    const { span: span2 } = step;
    if (step.kind === "field") {
      value = {
        kind: "field",
        operand: value,
        name: step.name.text,
        exact: context.isExact(step.name),
        fallback: void 0,
        span: span2
      };
      continue;
    }
    const name = literalText(step.index);
    value = name === void 0 ? { kind: "index", operand: value, ...indexStep(step.index, scope, context), span: span2 } : { kind: "field", operand: value, name, exact: true, fallback: void 0, span: span2 };
  }
  return value;
}
function spreadStep(step, scope, context) {
  switch (step.kind) {
    case "each":
    case "each-field":
      return { kind: step.kind };
    case "field":
      return { kind: "field", name: step.name.text, exact: context.isExact(step.name) };
    case "index": {
      const name = literalText(step.index);
      if (name !== void 0) return { kind: "field", name, exact: true };
      return { kind: "index", ...indexStep(step.index, scope, context) };
    }
  }
}
function indexStep(index, scope, context) {
  const byName3 = index.kind === "parameter" || index.kind === "cast";
  return { index: buildExpression(index, scope, context), byName: byName3 };
}
function literalText(expression) {
  return expression.kind === "literal" && expression.value.type === "string" ? expression.value.value : void 0;
}
function resolveName(name, local, scope, context) {
  const variable = findVariable(scope, name, context);
  if (variable !== void 0) return slotOf(variable, name.span);
  const global = local ? void 0 : globalValue(name, context);
  const only = nearestSources(scope)?.onlySource;
  if (only !== void 0 && !local) {
    const fallback = global?.kind === "global" ? global : void 0;
    const exact = context.isExact(name);
    return { kind: "field", operand: slotOf(only, name.span), name: name.text, exact, fallback, span: name.span };
  }
  if (global === void 0) {
    context.note(noSuchVariable(name, scope, context));
    return unresolved(name.span);
  }
  if (global.kind === "table" && context.options.strictQldb) throw illegalGlobal(name);
  return global;
}
function nearestSources(scope) {
  let block = scope;
  while (block !== void 0 && block.sourceCount === 0) block = block.parent;
  return block;
}
function globalValue(name, context) {
  const found = context.catalog.findGlobal(name.text, name.quoted);
  if (found === void 0) return void 0;
  if (found.kind === "value") return { kind: "global", name: found.name, span: name.span };
  return { kind: "table", source: { kind: "table", table: found.table, view: "user" }, span: name.span };
}
function buildFieldName(name, scope, context) {
  const isBare = name.kind === "variable" && !name.name.quoted && !name.local && !context.options.strictQldb;
  if (!isBare || findVariable(scope, name.name, context) !== void 0) return buildExpression(name, scope, context);
  if (globalValue(name.name, context)?.kind === "global") return buildExpression(name, scope, context);
  return { kind: "constant", value: string(name.name.text), span: name.span };
}

// ../../hashprof/work/src/plan/build-group.ts
var aggregateNames = /* @__PURE__ */ new Set([
  "count",
  "sum",
  "avg",
  "min",
  "max",
  "any",
  "some",
  "every"
]);
function isAggregate(call) {
  return aggregateNames.has(call.name) && call.over === void 0;
}
function hasAggregate(node) {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some(hasAggregate);
  const { kind } = node;
  if (kind === "call" && isAggregate(node)) return true;
  if (kind === "select" || kind === "pivot" || kind === "with" || kind === "set-operation" || kind === "literal")
    return false;
  return Object.entries(node).some(([name, part]) => name !== "span" && hasAggregate(part));
}
function buildGroup(groupBy, input, before, items, context) {
  if (groupBy?.partial) {
    throw new LedgerError("semantic/unsupported", "GROUP PARTIAL BY is not supported", { span: groupBy.span });
  }
  const scope = new Scope(before.parent);
  scope.sourceCount = before.sourceCount === 0 ? 0 : 2;
  const keys = [];
  const known = [];
  for (const [position2, key2] of (groupBy?.keys ?? []).entries()) {
    const value = buildExpression(selectedUnder(key2.value, items, before, context), before, context);
    const slot = context.newSlot();
    const name = key2.alias?.text ?? columnName(uncast(key2.value)) ?? `_${position2 + 1}`;
    keys.push({ value, slot });
    known.push({ text: expressionKey(value), slot, name });
    if (!scope.variables.some((variable) => variable.name === name))
      declare(scope, context, name, "key", slot, key2.span);
  }
  let groupAs;
  if (groupBy?.groupAs !== void 0) {
    const slot = context.newSlot();
    declare(scope, context, groupBy.groupAs.text, "key", slot, groupBy.groupAs.span);
    const filled = new Set(slotsFilled(input));
    const fields3 = before.variables.filter((variable) => filled.has(variable.slot));
    groupAs = { slot, fields: fields3.map(({ name, slot: from }) => ({ name, slot: from })) };
  }
  const aggregates2 = [];
  scope.grouping = { before, keys: known, aggregates: aggregates2 };
  return { scope, finish: () => ({ kind: "group", input, keys, aggregates: aggregates2, groupAs }) };
}
function uncast(key2) {
  return key2.kind === "cast" && key2.form === "cast" ? uncast(key2.operand) : key2;
}
function selectedUnder(key2, items, scope, context) {
  if (key2.kind !== "variable" || findVariable(scope, key2.name, context) !== void 0) return key2;
  const item = items.find((one) => one.kind === "expression" && one.alias?.text === key2.name.text);
  return item === void 0 || hasAggregate(item.value) ? key2 : item.value;
}
function groupedExpression(expression, scope, context) {
  const { grouping } = scope;
  if (grouping === void 0 || grouping.keys.length === 0) return void 0;
  if (expression.kind === "literal" || expression.kind === "parameter" || expression.kind === "select") return void 0;
  if (expression.kind === "variable" && findVariable(scope, expression.name, context)?.role === "key") return void 0;
  if (hasAggregate(expression)) return void 0;
  const text2 = context.attempt(() => expressionKey(buildExpression(expression, grouping.before, context)));
  const key2 = text2 === void 0 ? void 0 : grouping.keys.find((one) => one.text === text2);
  return key2 && { kind: "slot", slot: key2.slot, name: key2.name, span: expression.span };
}
function buildAggregate(call, scope, context) {
  const grouping = groupingOf(scope);
  if (grouping === void 0) {
    throw new LedgerError("semantic/invalid", `the aggregate '${call.name}' is not allowed here`, {
      span: call.nameSpan
    });
  }
  if (call.star && call.quantifier === "distinct") {
    throw new LedgerError("semantic/invalid", "COUNT(DISTINCT *) is not supported", { span: call.nameSpan });
  }
  const argument = call.star ? void 0 : call.args[0] && buildExpression(call.args[0], grouping.before, context);
  if (call.star ? call.name !== "count" : call.args.length !== 1) {
    const message = `the aggregate '${call.name}' takes one argument`;
    context.note(new LedgerError("semantic/argument-count", message, { span: call.nameSpan }));
  }
  const filter = call.filter && buildExpression(call.filter, grouping.before, context);
  const distinct2 = call.quantifier === "distinct";
  const slot = context.newSlot();
  grouping.aggregates.push({ name: call.name, argument, distinct: distinct2, filter, slot, span: call.nameSpan });
  return { kind: "slot", slot, name: call.name, span: call.span };
}
function groupingOf(scope) {
  return scope.grouping;
}
function buildWindowCall(call, scope, context) {
  const over = call.over;
  if (scope.windows === void 0 || over === void 0) {
    throw new LedgerError("semantic/invalid", `the window function '${call.name}' is not allowed here`, {
      span: call.nameSpan
    });
  }
  const slot = context.newSlot();
  scope.windows.push({
    kind: "window",
    input: { kind: "one-row" },
    partitionBy: over.partitionBy.map((key2) => buildExpression(key2, scope, context)),
    orderBy: over.orderBy.map((key2) => buildSortKey(key2, scope, context)),
    functions: [
      {
        name: call.name,
        args: call.args.map((argument) => buildExpression(argument, scope, context)),
        distinct: call.quantifier === "distinct",
        slot,
        span: call.nameSpan
      }
    ],
    slots: []
  });
  return { kind: "slot", slot, name: call.name, span: call.span };
}
function buildSortKey(key2, scope, context) {
  const descending2 = key2.direction === "desc";
  const nullsFirst = key2.nulls === void 0 ? descending2 : key2.nulls === "first";
  return { value: buildExpression(key2.value, scope, context), descending: descending2, nullsFirst };
}

// ../../hashprof/work/src/values/timestamp.ts
var monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
var secondsInDay = 86400;
var firstSecond = daysFromCivil(1, 1, 1) * secondsInDay;
var endSecond = daysFromCivil(1e4, 1, 1) * secondsInDay;
function isLeapYear(year) {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
function daysInMonth(year, month) {
  return month === 2 && isLeapYear(year) ? 29 : monthDays[month - 1];
}
function daysFromCivil(year, month, day) {
  const shifted2 = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted2 / 400);
  const yearOfEra = shifted2 - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}
function civilFromDays(days) {
  const shifted2 = days + 719468;
  const era = Math.floor(shifted2 / 146097);
  const dayOfEra = shifted2 - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  };
}
function isValidTimestamp(t) {
  if (!within(t.year, 1, 9999) || !within(t.month, 1, 12) || !within(t.day, 1, daysInMonth(t.year, t.month)))
    return false;
  if (!within(t.hour, 0, 23) || !within(t.minute, 0, 59) || !within(t.second, 0, 59)) return false;
  if (!within(t.fractionDigits, 0, timestampFractionDigitsMax) || t.fraction < 0n) return false;
  if (t.fraction !== 0n && t.fraction >= 10n ** BigInt(t.fractionDigits)) return false;
  if (t.precision !== "second" && (t.second !== 0 || t.fractionDigits !== 0)) return false;
  if (t.precision === "year" || t.precision === "month" || t.precision === "day") {
    if (t.offset !== void 0 || t.hour !== 0 || t.minute !== 0) return false;
    return (t.precision === "day" || t.day === 1) && (t.precision !== "year" || t.month === 1);
  }
  if (t.offset === void 0 || t.offset === 0) return true;
  if (!within(t.offset, -1439, 1439)) return false;
  const seconds = instantSeconds(t);
  return seconds >= firstSecond && seconds < endSecond;
}
function within(value, low, high) {
  return Number.isInteger(value) && value >= low && value <= high;
}
function instantSeconds(t) {
  const local = daysFromCivil(t.year, t.month, t.day) * secondsInDay + t.hour * 3600 + t.minute * 60 + t.second;
  return local - (t.offset ?? 0) * 60;
}
function instantOf(t) {
  let { fraction, fractionDigits: fractionDigits2 } = t;
  if (fraction === 0n) fractionDigits2 = 0;
  while (fractionDigits2 > 0 && fraction % 10n === 0n) {
    fraction /= 10n;
    fractionDigits2 -= 1;
  }
  return { seconds: instantSeconds(t), fraction, fractionDigits: fractionDigits2 };
}
function compareInstants(left, right) {
  if (left.seconds !== right.seconds) return left.seconds < right.seconds ? -1 : 1;
  if (left.fraction === right.fraction && left.fractionDigits === right.fractionDigits) return 0;
  const digits2 = Math.max(left.fractionDigits, right.fractionDigits);
  const leftScaled = left.fraction * 10n ** BigInt(digits2 - left.fractionDigits);
  const rightScaled = right.fraction * 10n ** BigInt(digits2 - right.fractionDigits);
  return leftScaled < rightScaled ? -1 : leftScaled > rightScaled ? 1 : 0;
}
function timestampFromMs(ms) {
  const whole = Math.floor(ms);
  const seconds = Math.floor(whole / 1e3);
  return timestampFromSeconds(seconds, BigInt(whole - seconds * 1e3), 3, 0);
}
function timestampFromSeconds(seconds, fraction, fractionDigits2, offset, annotations) {
  const local = seconds + (offset ?? 0) * 60;
  const days = Math.floor(local / secondsInDay);
  const rest = local - days * secondsInDay;
  const fields3 = {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    fraction,
    fractionDigits: fractionDigits2,
    offset
  };
  return timestamp("second", fields3, annotations);
}
function printTimestamp(t) {
  const year = pad(t.year, 4);
  if (t.precision === "year") return `${year}T`;
  const month = `${year}-${pad(t.month, 2)}`;
  if (t.precision === "month") return `${month}T`;
  const day = `${month}-${pad(t.day, 2)}`;
  if (t.precision === "day") return day;
  let clock = `${day}T${pad(t.hour, 2)}:${pad(t.minute, 2)}`;
  if (t.precision === "second") {
    clock += `:${pad(t.second, 2)}`;
    if (t.fractionDigits > 0) clock += `.${t.fraction.toString().padStart(t.fractionDigits, "0")}`;
  }
  return clock + printOffset(t.offset);
}
function printOffset(offset) {
  if (offset === void 0) return "-00:00";
  if (offset === 0) return "Z";
  const minutes = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
}
function pad(value, digits2) {
  return String(value).padStart(digits2, "0");
}
var shape = /^(\d{4})(?:T|-(\d\d)(?:T|-(\d\d)(?:T(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d))?)?))$/;
function parseTimestamp(text2, annotations) {
  if (text2.length > timestampFractionDigitsMax + 32) return void 0;
  const match = shape.exec(text2);
  if (match === null) return void 0;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const offset = zone === void 0 ? void 0 : parseOffset(zone);
  if (offset === null) return void 0;
  const precision = month === void 0 ? "year" : day === void 0 ? "month" : hour === void 0 ? "day" : second === void 0 ? "minute" : "second";
  const fields3 = {
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    fraction: fraction === void 0 ? 0n : BigInt(fraction),
    fractionDigits: fraction?.length ?? 0,
    offset
  };
  const parsed2 = timestamp(precision, fields3, annotations);
  return isValidTimestamp(parsed2) ? parsed2 : void 0;
}
function parseOffset(zone) {
  if (zone === "Z") return 0;
  if (zone === "-00:00") return void 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  const total = hours * 60 + minutes;
  return zone.startsWith("-") && total !== 0 ? -total : total;
}

// ../../hashprof/work/src/values/datetime.ts
var nanosecondsPerSecond = 1000000000n;
var nanosecondsPerDay = 86400n * nanosecondsPerSecond;
function momentOf(value) {
  if (value.type === "timestamp") return instantOf(value);
  if (value.type === "time") {
    const { hour, minute, second, fraction, fractionDigits: fractionDigits2, offset } = value;
    return instantOf(timestamp("second", { year: 1970, hour, minute, second, fraction, fractionDigits: fractionDigits2, offset }));
  }
  return { seconds: daysFromCivil(value.year, value.month, value.day) * 86400, fraction: 0n, fractionDigits: 0 };
}
function compareMoments(a, b) {
  return compareInstants(momentOf(a), momentOf(b));
}
function nanosecondsOf(value) {
  const { seconds, fraction, fractionDigits: fractionDigits2 } = momentOf(value);
  return BigInt(seconds) * nanosecondsPerSecond + nanosecondsOfFraction(fraction, fractionDigits2);
}
function nanosecondsOfFraction(fraction, fractionDigits2) {
  return fractionDigits2 <= 9 ? fraction * 10n ** BigInt(9 - fractionDigits2) : fraction / 10n ** BigInt(fractionDigits2 - 9);
}
function differenceOf(a, b) {
  if (a.type === "time" !== (b.type === "time")) return void 0;
  return interval("day-time", 0n, nanosecondsOf(a) - nanosecondsOf(b), "DAY(9) TO SECOND(9)");
}
function addInterval(value, by) {
  if (value.type === "time") return by.family === "day-time" ? addToTime(value, by.nanoseconds) : void 0;
  if (by.family === "year-month") return addMonths(value, Number(by.months));
  if (value.type === "date") return addDays(value, Number(by.nanoseconds / nanosecondsPerDay));
  return addNanoseconds(value, by.nanoseconds);
}
function addToTime(value, nanoseconds) {
  const digits2 = Math.max(value.fractionDigits, fractionDigitsOf(nanoseconds));
  const unit = 10n ** BigInt(digits2);
  const start = BigInt(value.hour * 3600 + value.minute * 60 + value.second) * unit;
  const moved = start + value.fraction * 10n ** BigInt(digits2 - value.fractionDigits) + scaled(nanoseconds, digits2);
  const day = 86400n * unit;
  const inDay = (moved % day + day) % day;
  const seconds = Number(inDay / unit);
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return time(hour, minute, second, inDay % unit, digits2, value.offset);
}
function fractionDigitsOf(nanoseconds) {
  let rest = nanoseconds % nanosecondsPerSecond;
  let digits2 = rest === 0n ? 0 : 9;
  while (digits2 > 0 && rest % 10n === 0n) {
    rest /= 10n;
    digits2 -= 1;
  }
  return digits2;
}
function scaled(nanoseconds, digits2) {
  return digits2 >= 9 ? nanoseconds * 10n ** BigInt(digits2 - 9) : nanoseconds / 10n ** BigInt(9 - digits2);
}
function addMonths(value, months2) {
  const total = value.year * 12 + value.month - 1 + months2;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  checkYear(year);
  const day = Math.min(value.day, daysInMonth(year, month));
  return value.type === "date" ? date(year, month, day) : timestampWith(value, { year, month, day });
}
function addDays(value, days) {
  const moved = civilFromDays(daysFromCivil(value.year, value.month, value.day) + days);
  checkYear(moved.year);
  return value.type === "date" ? date(moved.year, moved.month, moved.day) : timestampWith(value, moved);
}
function addNanoseconds(value, nanoseconds) {
  const digits2 = Math.max(value.fractionDigits, fractionDigitsOf(nanoseconds));
  const unit = 10n ** BigInt(digits2);
  const start = BigInt(value.hour * 3600 + value.minute * 60 + value.second) * unit;
  const moved = start + value.fraction * 10n ** BigInt(digits2 - value.fractionDigits) + scaled(nanoseconds, digits2);
  const day = 86400n * unit;
  const inDay = (moved % day + day) % day;
  const days = Number((moved - inDay) / day);
  const seconds = Number(inDay / unit);
  const fields3 = {
    ...civilFromDays(daysFromCivil(value.year, value.month, value.day) + days),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction: inDay % unit,
    fractionDigits: digits2
  };
  checkYear(fields3.year);
  const needed = nanoseconds % (60n * nanosecondsPerSecond) !== 0n ? "second" : nanoseconds % nanosecondsPerDay ? "minute" : "day";
  return timestampWith(value, fields3, widerPrecision(value.precision, needed));
}
var precisions = ["year", "month", "day", "minute", "second"];
function widerPrecision(a, b) {
  return precisions.indexOf(a) >= precisions.indexOf(b) ? a : b;
}
function timestampWith(value, fields3, precision = value.precision) {
  return timestamp(precision, { ...value, ...fields3 });
}
function checkYear(year) {
  if (!(year >= 1 && year <= 9999)) {
    throw new LedgerError("value/out-of-range", `a year of ${year} is out of range, 1 to 9999`);
  }
}

// ../../hashprof/work/src/values/decimal.ts
var powersOfTen = [1n];
function tenTo(power2) {
  if (power2 > integerDigitsMax) throw new LedgerError("value/out-of-range", "Int overflow or underflow");
  if (power2 > 256) return 10n ** BigInt(power2);
  while (powersOfTen.length <= power2) powersOfTen.push(powersOfTen[powersOfTen.length - 1] * 10n);
  return powersOfTen[power2];
}
function digitCount(coefficient) {
  const text2 = coefficient.toString();
  return coefficient < 0n ? text2.length - 1 : text2.length;
}
function exactOfFloat(value) {
  if (Number.isInteger(value)) return { coefficient: BigInt(value), exponent: 0 };
  const [digits2, power2] = value.toExponential().split("e");
  const point = digits2.indexOf(".");
  const fractionDigits2 = point === -1 ? 0 : digits2.length - point - 1;
  return { coefficient: BigInt(digits2.replace(".", "")), exponent: Number(power2) - fractionDigits2 };
}
function exactOf(value) {
  if (value.type === "decimal") return value;
  if (value.type === "int") return { coefficient: BigInt(value.value), exponent: 0 };
  return exactOfFloat(value.value);
}
function toDouble(value) {
  return Number(`${value.coefficient}e${value.exponent}`);
}
function compareExact(a, b) {
  if (a.exponent === b.exponent) return sign(a.coefficient - b.coefficient);
  const signOfA = sign(a.coefficient);
  const signOfB = sign(b.coefficient);
  if (signOfA !== signOfB) return signOfA < signOfB ? -1 : 1;
  if (signOfA === 0) return 0;
  const magnitudeOfA = digitCount(a.coefficient) + a.exponent;
  const magnitudeOfB = digitCount(b.coefficient) + b.exponent;
  if (magnitudeOfA !== magnitudeOfB) return magnitudeOfA < magnitudeOfB ? -signOfA : signOfA;
  const shift = a.exponent - b.exponent;
  return shift > 0 ? sign(a.coefficient * 10n ** BigInt(shift) - b.coefficient) : sign(a.coefficient - b.coefficient * 10n ** BigInt(-shift));
}
function sign(value) {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}
function stripZeros(value) {
  if (value.coefficient === 0n) return { coefficient: 0n, exponent: 0 };
  if (value.coefficient % 10n !== 0n) return value;
  const text2 = value.coefficient.toString();
  let end = text2.length;
  while (text2.charCodeAt(end - 1) === 48) end -= 1;
  return { coefficient: BigInt(text2.slice(0, end)), exponent: value.exponent + text2.length - end };
}
function roundTo(value, digits2) {
  const excess = digitCount(value.coefficient) - digits2;
  if (excess <= 0) return value;
  const rounded = divideHalfEven(value.coefficient, 10n ** BigInt(excess));
  return digitCount(rounded) > digits2 ? { coefficient: rounded / 10n, exponent: value.exponent + excess + 1 } : { coefficient: rounded, exponent: value.exponent + excess };
}
function divideHalfEven(dividend, divisor) {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const whole = divisor < 0n ? -divisor : divisor;
  const up = twice > whole || twice === whole && quotient % 2n !== 0n;
  if (!up) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}
function roundedDecimal(value) {
  const rounded = roundTo(value, decimalPrecision);
  if (Math.abs(rounded.exponent) > decimalExponentMax) {
    throw new LedgerError("value/out-of-range", `a decimal's exponent of ${rounded.exponent} is out of range`);
  }
  return decimal(rounded.coefficient, rounded.exponent);
}
function addExact(a, b) {
  if (a.exponent === b.exponent) return { coefficient: a.coefficient + b.coefficient, exponent: a.exponent };
  const [high, low] = a.exponent > b.exponent ? [a, b] : [b, a];
  const shift = high.exponent - low.exponent;
  const room = 2 * decimalPrecision + digitCount(low.coefficient);
  if (shift <= room || high.coefficient === 0n) {
    if (high.coefficient === 0n) return low;
    return { coefficient: high.coefficient * tenTo(shift) + low.coefficient, exponent: low.exponent };
  }
  const exponent = high.exponent - 2 * decimalPrecision;
  const sticky = BigInt(sign(low.coefficient));
  return { coefficient: high.coefficient * tenTo(2 * decimalPrecision) + sticky, exponent };
}
function divideExact(a, b) {
  const preferred = a.exponent - b.exponent;
  if (a.coefficient === 0n) return { coefficient: 0n, exponent: preferred };
  const lift = Math.max(0, decimalPrecision + 2 + digitCount(b.coefficient) - digitCount(a.coefficient));
  const dividend = a.coefficient * 10n ** BigInt(lift);
  const quotient = dividend / b.coefficient;
  if (quotient * b.coefficient === dividend) {
    return trimTo({ coefficient: quotient, exponent: preferred - lift }, preferred);
  }
  const sticky = dividend < 0n === b.coefficient < 0n ? 1n : -1n;
  return roundTo({ coefficient: quotient * 10n + sticky, exponent: preferred - lift - 1 }, decimalPrecision);
}
function trimTo(value, exponent) {
  let { coefficient, exponent: current } = value;
  while (current < exponent && coefficient % 10n === 0n) {
    coefficient /= 10n;
    current += 1;
  }
  return { coefficient, exponent: current };
}
function remainderExact(a, b) {
  const exponent = Math.min(a.exponent, b.exponent);
  const dividend = a.coefficient * tenTo(a.exponent - exponent);
  const divisor = b.coefficient * tenTo(b.exponent - exponent);
  return { coefficient: dividend % divisor, exponent };
}
function truncateExact(value) {
  if (value.exponent >= 0) return value.coefficient === 0n ? 0n : value.coefficient * tenTo(value.exponent);
  if (-value.exponent > digitCount(value.coefficient)) return 0n;
  return value.coefficient / 10n ** BigInt(-value.exponent);
}

// ../../hashprof/work/src/values/interval.ts
function addIntervals(a, b) {
  if (a.family !== b.family) return void 0;
  const digits2 = Math.max(leadingDigits(a), leadingDigits(b));
  return bounded(a.family, a.months + b.months, a.nanoseconds + b.nanoseconds, digits2);
}
function negateInterval(value) {
  return interval(value.family, -value.months, -value.nanoseconds, value.qualifier);
}
function multiplyInterval(value, by) {
  requireFinite(by);
  const { coefficient, exponent } = exactOf(by);
  const times = (count) => scaledBy(count * coefficient, exponent);
  return bounded(value.family, times(value.months), times(value.nanoseconds), leadingDigits(value));
}
function divideInterval(value, by) {
  requireFinite(by);
  const divisor = stripZeros(exactOf(by));
  const power2 = 10n ** BigInt(Math.abs(divisor.exponent));
  const digits2 = leadingDigits(value);
  if (divisor.exponent >= 0) {
    const whole = divisor.coefficient * power2;
    return bounded(value.family, value.months / whole, value.nanoseconds / whole, digits2);
  }
  const { coefficient, exponent } = divideExact({ coefficient: 1n, exponent: 0 }, divisor);
  const nanoseconds = scaledBy(value.nanoseconds * coefficient, exponent);
  const months2 = value.months * power2 / divisor.coefficient;
  return bounded(value.family, months2, nanoseconds - nanoseconds % 1000n, digits2);
}
function scaledBy(count, exponent) {
  const power2 = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? count / power2 : count * power2;
}
function requireFinite(value) {
  if (value.type === "float" && !Number.isFinite(value.value)) {
    throw new LedgerError("value/out-of-range", `an interval can't be taken ${value.value} times`);
  }
  if (value.type === "decimal" && Math.abs(value.exponent) > intervalScaleMax) {
    throw new LedgerError("value/out-of-range", "interval out of range");
  }
}
var intervalScaleMax = 1e3;
function leadingDigits(value) {
  const match = /^(?:YEAR|DAY) ?\((\d+)\)/.exec(value.qualifier);
  return Math.max(2, Number(match?.[1] ?? 2));
}
function bounded(family, months2, nanoseconds, digits2) {
  const leading = family === "year-month" ? months2 / 12n : nanoseconds / nanosecondsPerDay;
  const limit = 10n ** BigInt(digits2);
  if (leading >= limit || leading <= -limit) {
    throw new LedgerError(
      "value/out-of-range",
      `interval out of range: its leading field has more than ${digits2} digits`
    );
  }
  const precision = digits2 === 2 ? "" : `(${digits2})`;
  const qualifier = family === "year-month" ? `YEAR${precision} TO MONTH` : `DAY${precision} TO SECOND`;
  return interval(family, months2, nanoseconds, qualifier);
}
var unitsOf = {
  __proto__: null,
  year: 12n,
  month: 1n,
  day: nanosecondsPerDay,
  hour: 3600000000000n,
  minute: 60000000000n,
  second: 1n
};
function castToInterval(value, type) {
  const [, first, last = first] = /^interval (\w+)(?: to (\w+))?$/.exec(type.name) ?? [];
  if (value.type !== "interval" || first === void 0 || last === void 0) return void 0;
  const family = first === "year" || first === "month" ? "year-month" : "day-time";
  const unit = unitsOf[last];
  if (family !== value.family || unit === void 0) return void 0;
  const [leading, fraction] = type.args;
  const grain = fraction === void 0 ? unit : 10n ** BigInt(Math.max(0, 9 - fraction));
  const months2 = value.months - value.months % (family === "year-month" ? unit : 1n);
  const nanoseconds = value.nanoseconds - value.nanoseconds % (family === "day-time" ? grain : 1n);
  const leadingUnit = first === "second" ? 1000000000n : unitsOf[first];
  const amount = (family === "year-month" ? months2 : nanoseconds) / leadingUnit;
  const limit = 10n ** BigInt(leading ?? 2);
  if (amount >= limit || amount <= -limit) return void 0;
  return interval(family, months2, nanoseconds, qualifierText(first, last, leading, fraction));
}
function qualifierText(first, last, leading, fraction) {
  const head = first.toUpperCase();
  const written = fraction === void 0 ? "" : `, ${fraction}`;
  if (first === last) return leading === void 0 ? head : `${head}(${leading}${written})`;
  const tail = fraction === void 0 ? last.toUpperCase() : `${last.toUpperCase()}(${fraction})`;
  return `${leading === void 0 ? head : `${head}(${leading})`} TO ${tail}`;
}

// ../../hashprof/work/src/values/arithmetic.ts
function add(a, b) {
  if (a.type === "int" && b.type === "int") {
    if (typeof a.value === "number" && typeof b.value === "number") {
      const sum = a.value + b.value;
      if (Number.isSafeInteger(sum)) return int(sum);
    }
    return int(BigInt(a.value) + BigInt(b.value));
  }
  if (isNumber(a) && isNumber(b)) return onNumbers(a, b, (x, y) => x + y, addExact);
  if (a.type === "interval" && b.type === "interval") return addIntervals(a, b) ?? mismatch("+", a, b);
  if (isDateTime(a) && b.type === "interval") return addInterval(a, b) ?? mismatch("+", a, b);
  if (a.type === "interval" && isDateTime(b)) return addInterval(b, a) ?? mismatch("+", a, b);
  return mismatch("+", a, b);
}
function subtract(a, b) {
  if (a.type === "int" && b.type === "int") {
    if (typeof a.value === "number" && typeof b.value === "number") {
      const difference = a.value - b.value;
      if (Number.isSafeInteger(difference)) return int(difference);
    }
    return int(BigInt(a.value) - BigInt(b.value));
  }
  if (isNumber(a) && isNumber(b)) return onNumbers(a, b, (x, y) => x - y, subtractExact);
  if (a.type === "interval" && b.type === "interval") return addIntervals(a, negateInterval(b)) ?? mismatch("-", a, b);
  if (isDateTime(a) && b.type === "interval") return addInterval(a, negateInterval(b)) ?? mismatch("-", a, b);
  if (isDateTime(a) && isDateTime(b)) return differenceOf(a, b) ?? mismatch("-", a, b);
  return mismatch("-", a, b);
}
function multiply(a, b) {
  if (a.type === "int" && b.type === "int") {
    if (typeof a.value === "number" && typeof b.value === "number") {
      const product = a.value * b.value;
      if (Number.isSafeInteger(product)) return int(product);
    }
    return int(BigInt(a.value) * BigInt(b.value));
  }
  if (isNumber(a) && isNumber(b)) return onNumbers(a, b, (x, y) => x * y, multiplyExact);
  if (a.type === "interval" && isNumber(b)) return multiplyInterval(a, b);
  if (isNumber(a) && b.type === "interval") return multiplyInterval(b, a);
  return mismatch("*", a, b);
}
function divide(a, b) {
  if (!isNumber(b) || !(isNumber(a) || a.type === "interval")) return mismatch("/", a, b);
  if (isZero(b)) throw new LedgerError("value/division-by-zero", "/ by zero");
  if (a.type === "interval") return divideInterval(a, b);
  if (a.type === "int" && b.type === "int") {
    if (typeof a.value === "number" && typeof b.value === "number") {
      return int((a.value - a.value % b.value) / b.value);
    }
    return int(BigInt(a.value) / BigInt(b.value));
  }
  return onNumbers(a, b, (x, y) => x / y, divideExact);
}
function modulo(a, b) {
  if (!isNumber(a) || !isNumber(b)) return mismatch("%", a, b);
  if (isZero(b)) throw new LedgerError("value/division-by-zero", "% by zero");
  if (a.type === "int" && b.type === "int") {
    if (typeof a.value === "number" && typeof b.value === "number") return int(a.value % b.value);
    return int(BigInt(a.value) % BigInt(b.value));
  }
  return onNumbers(a, b, (x, y) => x % y, remainderExact);
}
function negate(value) {
  switch (value.type) {
    case "int":
      return int(-value.value);
    case "float":
      return float(-value.value);
    case "decimal":
      return decimal(-value.coefficient, value.exponent, value.coefficient === 0n && !value.negativeZero);
    case "interval":
      return negateInterval(value);
    default:
      return mismatch("-", value);
  }
}
function positive(value) {
  return isNumber(value) || value.type === "interval" ? value : mismatch("+", value);
}
function concatenate(a, b) {
  if ((a.type === "string" || a.type === "symbol") && (b.type === "string" || b.type === "symbol")) {
    return string(a.value + b.value);
  }
  return mismatch("||", a, b);
}
function bitAnd(a, b) {
  if (a.type !== "int" || b.type !== "int") return mismatch("&", a, b);
  return int(BigInt(a.value) & BigInt(b.value));
}
function isNumber(value) {
  return value.type === "int" || value.type === "decimal" || value.type === "float";
}
function isDateTime(value) {
  return value.type === "timestamp" || value.type === "date" || value.type === "time";
}
function isZero(value) {
  return value.type === "decimal" ? value.coefficient === 0n : value.value === 0 || value.value === 0n;
}
function onNumbers(a, b, onDoubles, onExact) {
  const noDecimal = a.type !== "decimal" && b.type !== "decimal";
  if (noDecimal || !hasValue(a) || !hasValue(b)) return float(onDoubles(doubleOf(a), doubleOf(b)));
  return roundedDecimal(onExact(exactOf(a), exactOf(b)));
}
function hasValue(value) {
  return value.type !== "float" || Number.isFinite(value.value);
}
function doubleOf(value) {
  return value.type === "decimal" ? toDouble(value) : Number(value.value);
}
function subtractExact(a, b) {
  return addExact(a, { coefficient: -b.coefficient, exponent: b.exponent });
}
function multiplyExact(a, b) {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
}
var expected = {
  "||": "STRING, SYMBOL",
  "&": "INT",
  "%": "INT, FLOAT, DECIMAL"
};
function mismatch(operator2, ...operands2) {
  const types = operands2.map((operand) => operand.type.toUpperCase()).join(", ");
  const wanted = expected[operator2] ?? "INT, FLOAT, DECIMAL, INTERVAL";
  throw new LedgerError(
    "value/type-mismatch",
    `Incorrect type of arguments for operator '${operator2}', expected one of [${wanted}] got ${types}`
  );
}

// ../../hashprof/work/src/values/equality-key.ts
function equalityKey(value) {
  switch (value.type) {
    case "string":
    case "symbol":
      return `s${value.value}`;
    case "int":
      return typeof value.value === "number" ? `n${value.value}` : numberKey(value);
    case "float":
    case "decimal":
      return numberKey(value);
    case "bool":
      return value.value ? "T" : "F";
    case "null":
    case "missing":
      return "0";
    case "timestamp":
    case "date":
      return `t${momentKey(momentOf(value))}`;
    case "time":
      return `h${momentKey(momentOf(value))}`;
    case "interval":
      return value.family === "year-month" ? `m${value.months}` : `d${value.nanoseconds}`;
    case "blob":
    case "clob":
      return `x${latin1(value.bytes)}`;
    case "list":
      return `l${joined(value.items.map(equalityKey))}`;
    case "sexp":
      return `p${joined(value.items.map(equalityKey))}`;
    case "bag":
      return `b${joined(value.items.map(equalityKey).sort())}`;
    case "struct":
      return `{${structKey(value)}`;
  }
}
function joined(keys) {
  let text2 = "";
  for (const key2 of keys) text2 += `${key2.length}:${key2}`;
  return text2;
}
function structKey(value) {
  const fields3 = value.names.map((name, index) => joined([name, equalityKey(value.values[index])]));
  return joined(fields3.sort());
}
function numberKey(value) {
  if (value.type === "float") {
    if (Number.isSafeInteger(value.value)) return `n${value.value === 0 ? 0 : value.value}`;
    if (!Number.isFinite(value.value)) return `n${value.value}`;
  }
  const { coefficient, exponent } = stripZeros(exactOf(value));
  if (exponent >= 0 && digitCount(coefficient) + exponent <= 16) {
    const whole = Number(coefficient) * 10 ** exponent;
    if (Number.isSafeInteger(whole)) return `n${whole}`;
  }
  return `n${coefficient}e${exponent}`;
}
function momentKey(moment) {
  if (moment.fraction === 0n) return `${moment.seconds}`;
  return `${moment.seconds}.${moment.fraction.toString().padStart(moment.fractionDigits, "0")}`;
}
function latin1(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

// ../../hashprof/work/src/values/compare.ts
function equals(a, b) {
  if (a === b) return true;
  switch (a.type) {
    case "int":
      if (b.type === "int") return a.value === b.value;
      return (b.type === "float" || b.type === "decimal") && compareNumbers(a, b) === 0;
    case "float":
    case "decimal":
      return (b.type === "int" || b.type === "float" || b.type === "decimal") && compareNumbers(a, b) === 0;
    case "string":
    case "symbol":
      return (b.type === "string" || b.type === "symbol") && a.value === b.value;
    case "bool":
      return b.type === "bool" && a.value === b.value;
    case "list":
    case "sexp":
      return a.type === b.type && equalInOrder(a.items, b.items);
    case "bag":
      return b.type === "bag" && a.items.length === b.items.length && equalityKey(a) === equalityKey(b);
    case "struct":
      return b.type === "struct" && equalStructs(a, b);
    default:
      return rank(a.type) === rank(b.type) ? compareTotal(a, b) === 0 : compare(a, b) === 0;
  }
}
function equalInOrder(a, b) {
  return a.length === b.length && a.every((item, index) => equals(item, b[index]));
}
function equalStructs(a, b) {
  if (a.names.length !== b.names.length) return false;
  const wide = a.names.length > searchedFieldsMax;
  if (wide || new Set(a.names).size !== a.names.length) return equalityKey(a) === equalityKey(b);
  return a.names.every((name, index) => {
    const other = b.get(name);
    return other !== void 0 && equals(a.values[index], other);
  });
}
var searchedFieldsMax = 32;
function compare(a, b) {
  if (a.type === "int" && b.type === "int") return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if (a.type === "string" && b.type === "string") return compareText(a.value, b.value);
  const rankOfA = rank(a.type);
  const rankOfB = rank(b.type);
  if (rankOfA === rankOfB) {
    if (rankOfA === rank("null")) return void 0;
    if (isNotANumber(a) || isNotANumber(b)) return Number.NaN;
    if (a.type === "interval" && b.type === "interval" && a.family !== b.family) return void 0;
    return compareTotal(a, b);
  }
  if ((a.type === "date" || a.type === "timestamp") && (b.type === "date" || b.type === "timestamp")) {
    return compareMoments(a, b);
  }
  return void 0;
}
function isNotANumber(value) {
  return value.type === "float" && Number.isNaN(value.value);
}
var ranks = {
  bool: 1,
  int: 2,
  float: 2,
  decimal: 2,
  date: 3,
  time: 4,
  timestamp: 5,
  interval: 6,
  string: 7,
  symbol: 7,
  blob: 8,
  clob: 8,
  list: 9,
  sexp: 10,
  struct: 11,
  bag: 12,
  null: 13,
  missing: 13
};
function rank(type) {
  return ranks[type];
}
function compareTotal(a, b) {
  if (a === b) return 0;
  const order2 = rank(a.type) - rank(b.type);
  if (order2 !== 0) return order2;
  switch (a.type) {
    case "bool":
      return Number(a.value) - Number(b.value);
    case "int":
    case "float":
    case "decimal":
      return compareNumbers(a, b);
    case "date":
    case "time":
    case "timestamp":
      return compareMoments(a, b);
    case "interval":
      return compareIntervals(a, b);
    case "string":
    case "symbol":
      return compareText(a.value, b.value);
    case "blob":
    case "clob":
      return compareBytes(a.bytes, b.bytes);
    case "list":
    case "sexp":
      return compareInOrder(a.items, b.items);
    case "bag":
      return compareInOrder(sorted(a.items), sorted(b.items));
    case "struct":
      return compareStructs(a, b);
    default:
      return 0;
  }
}
function compareNumbers(a, b) {
  if (a.type !== "decimal" && b.type !== "decimal") {
    const x = a.value;
    const y = b.value;
    if (typeof x === "number" && typeof y === "number") return compareDoubles(x, y);
    if (typeof x === "bigint" && typeof y === "bigint") return x < y ? -1 : x > y ? 1 : 0;
  }
  const special = specialOrder(a) - specialOrder(b);
  if (special !== 0) return special;
  return specialOrder(a) === 0 ? compareExact(exactOf(a), exactOf(b)) : 0;
}
function compareDoubles(a, b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}
function specialOrder(value) {
  if (value.type !== "float" || Number.isFinite(value.value)) return 0;
  return Number.isNaN(value.value) ? -2 : value.value < 0 ? -1 : 1;
}
function compareIntervals(a, b) {
  if (a.family !== b.family) return a.family === "year-month" ? -1 : 1;
  const difference = a.months - b.months + (a.nanoseconds - b.nanoseconds);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
function compareText(a, b) {
  if (a === b) return 0;
  const shared2 = Math.min(a.length, b.length);
  for (let index = 0; index < shared2; index += 1) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return codePointWeight(x) - codePointWeight(y);
  }
  return a.length - b.length;
}
function codePointWeight(unit) {
  return unit >= 55296 && unit <= 57343 ? unit + 65536 : unit;
}
function compareBytes(a, b) {
  const shared2 = Math.min(a.length, b.length);
  for (let index = 0; index < shared2; index += 1) {
    const difference = a[index] - b[index];
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
function sorted(items) {
  return [...items].sort(compareTotal);
}
function compareInOrder(a, b) {
  const shared2 = Math.min(a.length, b.length);
  for (let index = 0; index < shared2; index += 1) {
    const order2 = compareTotal(a[index], b[index]);
    if (order2 !== 0) return order2;
  }
  return a.length - b.length;
}
function compareStructs(a, b) {
  const left = sortedFields(a);
  const right = sortedFields(b);
  const shared2 = Math.min(left.length, right.length);
  for (let index = 0; index < shared2; index += 1) {
    const order2 = compareFields(left[index], right[index]);
    if (order2 !== 0) return order2;
  }
  return left.length - right.length;
}
function sortedFields(value) {
  return value.names.map((name, index) => [name, value.values[index]]).sort(compareFields);
}
function compareFields(a, b) {
  return compareText(a[0], b[0]) || compareTotal(a[1], b[1]);
}

// ../../hashprof/work/src/values/datetime-cast.ts
function castToTimestamp(value, type) {
  const result = timestampOf(value);
  if (result === void 0) return void 0;
  const zoned = type.withTimeZone && result.offset === void 0 && result.precision === "second" ? { offset: 0 } : {};
  const digits2 = type.args[0];
  if (digits2 === void 0 && !type.withTimeZone) return result;
  return roundFraction(timestamp(result.precision, { ...result, ...zoned }), digits2);
}
function timestampOf(value) {
  switch (value.type) {
    case "timestamp":
      return value;
    case "date": {
      const { year, month, day } = value;
      return timestamp("second", { year, month, day });
    }
    case "string":
    case "symbol":
      return parseTimestamp(value.value) ?? parseTimestamp(withZone(value.value.replace(" ", "T")));
    default:
      return void 0;
  }
}
function withZone(text2) {
  return /(?:[zZ]|[+-]\d\d:\d\d)$/.test(text2) ? text2 : `${text2}-00:00`;
}
function castToDate(value) {
  switch (value.type) {
    case "date":
      return value;
    case "timestamp":
      return date(value.year, value.month, value.day);
    case "string":
    case "symbol": {
      const parsed2 = /^\d{4}-\d\d-\d\d$/.test(value.value) ? parseTimestamp(value.value) : void 0;
      return parsed2 && date(parsed2.year, parsed2.month, parsed2.day);
    }
    default:
      return void 0;
  }
}
function castToTime(value, type) {
  const result = timeOfDay(value);
  if (result === void 0) return void 0;
  const offset = type.withTimeZone ? result.offset ?? 0 : void 0;
  const digits2 = type.args[0];
  const { year, month, day, ...clock } = roundFraction(
    timestamp("second", { ...result, year: 1970, month: 1, day: 1 }),
    digits2
  );
  return time(clock.hour, clock.minute, clock.second, clock.fraction, clock.fractionDigits, offset);
}
function timeOfDay(value) {
  switch (value.type) {
    case "time":
    case "timestamp":
      return value;
    case "string":
    case "symbol": {
      const isTime = /^\d\d:\d\d:\d\d(?:\.\d+)?(?:[zZ]|[+-]\d\d:\d\d)?$/.test(value.value);
      return isTime ? parseTimestamp(withZone(`1970-01-01T${value.value}`)) : void 0;
    }
    default:
      return void 0;
  }
}
function roundFraction(value, digits2) {
  if (digits2 === void 0 || value.precision !== "second") return value;
  if (value.fractionDigits <= digits2) {
    const fraction2 = value.fraction * 10n ** BigInt(digits2 - value.fractionDigits);
    return timestamp("second", { ...value, fraction: fraction2, fractionDigits: digits2 });
  }
  const unit = 10n ** BigInt(value.fractionDigits - digits2);
  const fraction = (value.fraction + unit / 2n) / unit;
  const whole = 10n ** BigInt(digits2);
  if (fraction < whole) return timestamp("second", { ...value, fraction, fractionDigits: digits2 });
  const next = addNanoseconds(timestamp("second", { ...value, fraction: 0n, fractionDigits: 0 }), 1000000000n);
  return timestamp("second", { ...next, fraction: 0n, fractionDigits: digits2 });
}
function printDateTime(value) {
  if (value.type === "date") return printTimestamp(timestamp("day", value));
  const { hour, minute, second, fraction, fractionDigits: fractionDigits2, offset } = value;
  const whole = timestamp("second", { year: 1970, hour, minute, second, fraction, fractionDigits: fractionDigits2, offset: 0 });
  const clock = printTimestamp(whole).slice("1970-01-01T".length, -1);
  if (offset === void 0) return clock;
  return clock + (offset === 0 ? "+00:00" : printOffset(offset));
}

// ../../hashprof/work/src/values/interval-text.ts
var nanosecondsOf2 = {
  DAY: 86400000000000n,
  HOUR: 3600000000000n,
  MINUTE: 60000000000n,
  SECOND: 1000000000n
};
var monthsOf = { YEAR: 12n, MONTH: 1n };
var dayTimeFields = ["DAY", "HOUR", "MINUTE", "SECOND"];
var yearMonthFields = ["YEAR", "MONTH"];
function printInterval(value) {
  return `${printIntervalBody(value)} ${value.qualifier}`;
}
function printIntervalBody(value) {
  const isYearMonth = value.family === "year-month";
  const amount = isYearMonth ? value.months : value.nanoseconds;
  const units = isYearMonth ? monthsOf : nanosecondsOf2;
  const all = isYearMonth ? yearMonthFields : dayTimeFields;
  const fields3 = fieldsOf(value.qualifier) ?? all;
  let rest = amount < 0n ? -amount : amount;
  let text2 = amount < 0n ? "-" : "";
  for (let index = all.indexOf(fields3[0]); index < all.length; index += 1) {
    const field = all[index];
    const unit = units[field];
    if (!fields3.includes(field) && rest === 0n) break;
    const count = rest / unit;
    rest -= count * unit;
    if (field === fields3[0]) text2 += count.toString();
    else if (field === "MONTH") text2 += `-${count}`;
    else text2 += (field === "HOUR" ? " " : ":") + count.toString().padStart(2, "0");
  }
  return rest === 0n ? text2 : `${text2}.${rest.toString().padStart(9, "0").replace(/0+$/, "")}`;
}
function fieldsOf(qualifier) {
  const match = /^([A-Z]+)(?: *\([0-9, ]+\))?(?: TO ([A-Z]+)(?: *\([0-9]+\))?)?$/i.exec(qualifier);
  if (match === null) return void 0;
  const first = match[1].toUpperCase();
  const last = (match[2] ?? first).toUpperCase();
  const all = yearMonthFields.includes(first) ? yearMonthFields : dayTimeFields;
  const start = all.indexOf(first);
  const end = all.indexOf(last);
  return start === -1 || end < start ? void 0 : all.slice(start, end + 1);
}

// ../../hashprof/work/src/values/binary-cursor.ts
var loopBytesMax = 12;
var utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
var BinaryCursor = class {
  bytes;
  at;
  constructor(bytes, at = 0) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }
  fail(problem, at = this.at) {
    throw new LedgerError("ion/malformed", `Ion binary is damaged at byte ${at}: ${problem}`);
  }
  readVarUInt(end) {
    const { bytes } = this;
    const start = this.at;
    if (start < end) {
      const first = bytes[start];
      if (first > 127) {
        this.at = start + 1;
        return first & 127;
      }
    }
    let value = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at];
      value = value * 128 + (byte & 127);
      if (value > Number.MAX_SAFE_INTEGER) this.fail("a number is too large", start);
      if (byte > 127) {
        this.at = at + 1;
        return value;
      }
    }
    return this.fail("a number goes beyond its value", start);
  }
  /** -0 for a negative zero. */
  readVarInt(end) {
    const { bytes } = this;
    const start = this.at;
    if (start >= end) this.fail("a number goes beyond its value", start);
    let byte = bytes[start];
    const isNegative = (byte & 64) !== 0;
    let value = byte & 63;
    let at = start + 1;
    for (; byte < 128; at += 1) {
      if (at >= end) this.fail("a number goes beyond its value", start);
      byte = bytes[at];
      value = value * 128 + (byte & 127);
      if (value > Number.MAX_SAFE_INTEGER) this.fail("a number is too large", start);
    }
    this.at = at;
    return isNegative ? -value : value;
  }
  /** The magnitude in all bytes up to `end`: a number when it is a safe integer. */
  readUInt(end) {
    const { bytes } = this;
    let start = this.at;
    this.at = end;
    while (end - start > 6 && bytes[start] === 0) start += 1;
    if (end - start <= 6) {
      let value = 0;
      for (let at = start; at < end; at += 1) value = value * 256 + bytes[at];
      return value;
    }
    return this.#bigMagnitude(start, end, bytes[start]);
  }
  /** Sign and magnitude in all bytes up to `end`. */
  readInt(end) {
    const { bytes } = this;
    const start = this.at;
    this.at = end;
    if (start >= end) return { coefficient: 0n, isNegative: false };
    const first = bytes[start];
    const isNegative = first > 127;
    let coefficient;
    if (end - start <= 6) {
      let value = first & 127;
      for (let at = start + 1; at < end; at += 1) value = value * 256 + bytes[at];
      coefficient = BigInt(value);
    } else coefficient = this.#bigMagnitude(start, end, first & 127);
    return { coefficient: isNegative ? -coefficient : coefficient, isNegative };
  }
  /** `first` stands in place of the first byte. */
  #bigMagnitude(start, end, first) {
    const { bytes } = this;
    if (end - start > integerBytesMax) this.fail(`an integer is larger than ${integerBytesMax} bytes`, start);
    if (end - start > 8) return BigInt(`0x${first.toString(16)}${bytes.toString("hex", start + 1, end)}`);
    let value = BigInt(first);
    for (let at = start + 1; at < end; at += 1) value = value << 8n | BigInt(bytes[at]);
    return value;
  }
  /** The bytes up to `end` as UTF-8. */
  readText(end) {
    const { bytes } = this;
    const start = this.at;
    if (end - start > loopBytesMax) return this.#readLongText(start, end);
    let text2 = "";
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const a = bytes[at];
      const b = bytes[at + 1];
      const c = bytes[at + 2];
      const d = bytes[at + 3];
      if ((a | b | c | d) > 127) return this.#readLongText(start, end);
      text2 += String.fromCharCode(a, b, c, d);
    }
    for (; at < end; at += 1) {
      const byte = bytes[at];
      if (byte > 127) return this.#readLongText(start, end);
      text2 += String.fromCharCode(byte);
    }
    this.at = end;
    return text2;
  }
  #readLongText(start, end) {
    this.at = end;
    const text2 = this.bytes.utf8Slice(start, end);
    if (text2.includes("\uFFFD")) {
      try {
        utf8Decoder.decode(this.bytes.subarray(start, end));
      } catch {
        this.fail("a text is not UTF-8", start);
      }
    }
    return text2;
  }
};

// ../../hashprof/work/src/values/binary-timestamp.ts
function pushTimestampBody(stack, value) {
  const { precision, offset } = value;
  const utc = offset === void 0 || offset === 0 ? value : shifted(value, 0);
  if (precision === "second") {
    if (value.fractionDigits > 0) {
      if (value.fraction !== 0n) stack.pushInt(value.fraction);
      stack.pushVarInt(-value.fractionDigits);
    }
    stack.pushByte(utc.second | 128);
  }
  if (precision === "second" || precision === "minute") {
    stack.pushByte(utc.minute | 128);
    stack.pushByte(utc.hour | 128);
  }
  if (precision !== "year") {
    if (precision !== "month") stack.pushByte(utc.day | 128);
    stack.pushByte(utc.month | 128);
  }
  stack.pushVarUInt(utc.year);
  stack.pushVarInt(offset ?? -0);
}
function shifted(value, offset) {
  const { fraction, fractionDigits: fractionDigits2, annotations } = value;
  return timestampFromSeconds(instantSeconds(value), fraction, fractionDigits2, offset, annotations);
}
var precisionOfCount = [
  void 0,
  "year",
  "month",
  "day",
  void 0,
  "minute",
  "second"
];
function readTimestampBody(cursor, end, annotations) {
  const start = cursor.at;
  const writtenOffset = cursor.readVarInt(end);
  const fields3 = [];
  while (fields3.length < 6 && cursor.at < end) fields3.push(cursor.readVarUInt(end));
  const precision = precisionOfCount[fields3.length];
  if (precision === void 0) return cursor.fail(`a timestamp has ${fields3.length} fields`, start);
  const { fraction, fractionDigits: fractionDigits2 } = readFraction(cursor, end);
  const hasClock = precision === "minute" || precision === "second";
  const offset = hasClock && !Object.is(writtenOffset, -0) ? writtenOffset : void 0;
  const [year = 0, month, day, hour, minute, second] = fields3;
  const utc = timestamp(
    precision,
    {
      year,
      month: month ?? 1,
      day: day ?? 1,
      hour: hour ?? 0,
      minute: minute ?? 0,
      second: second ?? 0,
      fraction,
      fractionDigits: fractionDigits2,
      offset: offset === void 0 ? void 0 : 0
    },
    annotations
  );
  if (!isValidTimestamp(utc)) cursor.fail("a field of a timestamp is out of range", start);
  if (offset === void 0 || offset === 0) return utc;
  if (Math.abs(offset) > 1439) cursor.fail("the offset of a timestamp is out of range", start);
  const local = atPrecision(shifted(utc, offset), precision);
  return isValidTimestamp(local) ? local : cursor.fail("a timestamp is out of range", start);
}
function atPrecision(value, precision) {
  return value.precision === precision ? value : { ...value, precision };
}
function readFraction(cursor, end) {
  const start = cursor.at;
  if (start === end) return { fraction: 0n, fractionDigits: 0 };
  const exponent = cursor.readVarInt(end);
  const { coefficient } = cursor.readInt(end);
  if (coefficient < 0n) cursor.fail("the fraction of a second is negative", start);
  if (exponent < -timestampFractionDigitsMax) cursor.fail("the fraction of a second has too many digits", start);
  if (exponent < 0) return { fraction: coefficient, fractionDigits: -exponent };
  if (coefficient !== 0n) cursor.fail("the fraction of a second is one or more", start);
  return { fraction: 0n, fractionDigits: 0 };
}

// ../../hashprof/work/src/values/binary-value-reader.ts
var nullTypeOfCode = [
  "null",
  "bool",
  "int",
  "int",
  "float",
  "decimal",
  "timestamp",
  "symbol",
  "string",
  "clob",
  "blob",
  "list",
  "sexp",
  "struct"
];
function isPadding(descriptor) {
  return descriptor < 15;
}
var BinaryValueReader = class _BinaryValueReader extends BinaryCursor {
  #symbols;
  #isLazy;
  constructor(bytes, symbols, isLazy2, at = 0) {
    super(bytes, at);
    this.#symbols = symbols;
    this.#isLazy = isLazy2;
  }
  /** The value that stands here, or undefined when that was padding. `depth` counts the containers around it. */
  readValue(end, depth, annotations) {
    const start = this.at;
    if (start >= end) this.fail("expected a value");
    const descriptor = this.bytes[start];
    const code = descriptor >> 4;
    const low = descriptor & 15;
    this.at = start + 1;
    if (low === 15 && code < nullTypeOfCode.length) return nullOf(nullTypeOfCode[code], annotations);
    if (code === 1) return low > 1 ? this.fail("a bool is neither true nor false", start) : bool(low === 1, annotations);
    const contentEnd = this.readLength(descriptor, end);
    switch (code) {
      case 0:
        if (annotations !== void 0) this.fail("padding has annotations", start);
        this.at = contentEnd;
        return void 0;
      case 2:
        return int(this.readUInt(contentEnd), annotations);
      case 3:
        return this.#readNegativeInt(contentEnd, annotations);
      case 4:
        return this.#readFloat(contentEnd, annotations);
      case 5:
        return this.#readDecimal(contentEnd, annotations);
      case 6:
        return readTimestampBody(this, contentEnd, annotations);
      case 7:
        return symbol(this.#readSymbol(contentEnd), annotations);
      case 8:
        return string(this.readText(contentEnd), annotations);
      case 9:
        return clob(this.#readBytes(contentEnd), annotations);
      case 10:
        return blob(this.#readBytes(contentEnd), annotations);
      case 11:
      case 12:
        return this.#readSequence(code === 11 ? "list" : "sexp", contentEnd, depth + 1, annotations);
      case 13:
        return this.#readStruct(contentEnd, depth + 1, annotations);
      default:
        return this.#readAnnotated(start, contentEnd, depth, annotations);
    }
  }
  /** Whether the symbols know none of the annotations that stand for PartiQL's own values (partiql-ion.ts). */
  get isPlainIon() {
    return this.#symbols.hasPartiqlMarks === false;
  }
  /** A reader of a copy of some of the bytes. */
  copyOf(start, end) {
    const bytes = Buffer.allocUnsafe(end - start);
    this.bytes.copy(bytes, 0, start, end);
    return new _BinaryValueReader(bytes, this.#symbols, this.#isLazy);
  }
  /** Past the length of what has `descriptor`; returns where its content ends. A null has no content. */
  readLength(descriptor, end) {
    let length = descriptor & 15;
    if (descriptor === 209) {
      length = this.readVarUInt(end);
      if (length === 0) this.fail("an ordered struct is empty");
    } else if (length === 14) {
      length = this.readVarUInt(end);
    } else if (descriptor >= 240 || descriptor === 239 || descriptor === 224) {
      this.fail("there is no such type of value", this.at - 1);
    } else if (length === 15 || descriptor >> 4 === 1) {
      return this.at;
    }
    const contentEnd = this.at + length;
    if (contentEnd > end) this.fail("a value is longer than what holds it");
    return contentEnd;
  }
  /** Past the id of a field's name; returns its text. */
  readFieldName(end) {
    const start = this.at;
    const text2 = this.#symbols.textOf(this.readVarUInt(end));
    return text2 === void 0 ? this.fail("a field name is not in the symbol table", start) : text2;
  }
  readItems(end, depth) {
    const items = [];
    while (this.at < end) {
      const item = this.readValue(end, depth);
      if (item !== void 0) items.push(item);
    }
    return items;
  }
  readFields(end, depth) {
    const names2 = [];
    const values = [];
    while (this.at < end) {
      const name = this.readFieldName(end);
      const value = this.readValue(end, depth);
      if (value === void 0) continue;
      names2.push(name);
      values.push(value);
    }
    return { names: names2, values };
  }
  /** The first field called `name` of the struct whose content begins here; skips the others' content unread. */
  findField(name, end, depth) {
    while (this.at < end) {
      const isWanted = this.readFieldName(end) === name;
      if (this.at >= end) this.fail("expected a value");
      const descriptor = this.bytes[this.at];
      if (isWanted && !isPadding(descriptor)) return this.readValue(end, depth);
      this.at += 1;
      this.at = this.readLength(descriptor, end);
    }
    return void 0;
  }
  /** To the value of the first field whose name has that id. */
  #seekField(id, end) {
    const { bytes } = this;
    let at = this.at;
    while (at < end) {
      let fieldId = bytes[at] - 128;
      if (fieldId >= 0) at += 1;
      else {
        this.at = at;
        fieldId = this.readVarUInt(end);
        at = this.at;
      }
      if (at >= end) this.fail("expected a value", at);
      const descriptor = bytes[at];
      if (fieldId === id && !isPadding(descriptor)) {
        this.at = at;
        return true;
      }
      at += 1;
      const length = descriptor & 15;
      if (length < 14 && descriptor > 31 && descriptor < 208) at += length;
      else if (length === 14 && descriptor < 224 && bytes[at] > 127) at += bytes[at] - 127;
      else {
        this.at = at;
        at = this.readLength(descriptor, end);
      }
      if (at > end) this.fail("a value is longer than what holds it", at);
    }
    return false;
  }
  /** To the value that a path leads to from here through structs without annotations; its struct's end, or -1. */
  #seekPath(path, end) {
    const ids = path.idsIn(this.#symbols);
    if (ids === void 0) return -1;
    let structEnd = end;
    for (let step = 0; step < ids.length; step += 1) {
      if (step > 0) {
        const descriptor = this.bytes[this.at];
        if (descriptor >> 4 !== 13 || descriptor === 223) return -1;
        this.at += 1;
        structEnd = this.readLength(descriptor, structEnd);
      }
      if (!this.#seekField(ids[step], structEnd)) return -1;
    }
    return structEnd;
  }
  /** The value that a path leads to; undefined where that takes more than going through structs of known names. */
  findPath(path, end, depth) {
    const structEnd = this.#seekPath(path, end);
    return structEnd === -1 ? void 0 : this.readValue(structEnd, depth + path.names.length - 1);
  }
  /** Whether such a path leads to a text, and to this one; undefined when it leads to anything else, or nowhere. */
  isTextAt(path, text2, textBytes, end) {
    const structEnd = this.#seekPath(path, end);
    if (structEnd === -1) return void 0;
    const descriptor = this.bytes[this.at];
    const code = descriptor >> 4;
    if (code !== 7 && code !== 8 || (descriptor & 15) === 15) return void 0;
    this.at += 1;
    const valueEnd = this.readLength(descriptor, structEnd);
    if (code === 7) return this.#readSymbol(valueEnd) === text2;
    if (valueEnd - this.at !== textBytes.length) return false;
    for (let index = textBytes.length - 1; index >= 0; index -= 1) {
      if (this.bytes[this.at + index] !== textBytes[index]) return false;
    }
    return true;
  }
  #readSequence(type, end, depth, annotations) {
    this.#checkDepth(depth);
    if (this.#isLazy) {
      const value = type === "list" ? new LazyList(this, this.at, end, depth, annotations) : new LazySexp(this, this.at, end, depth, annotations);
      this.at = end;
      return value;
    }
    const items = this.readItems(end, depth);
    return type === "list" ? list(items, annotations) : sexp(items, annotations);
  }
  #readStruct(end, depth, annotations) {
    this.#checkDepth(depth);
    if (this.#isLazy) {
      const value = new LazyStruct(this, this.at, end, depth, annotations);
      this.at = end;
      return value;
    }
    const { names: names2, values } = this.readFields(end, depth);
    return struct(names2, values, annotations);
  }
  #checkDepth(depth) {
    if (depth <= nestingDepthMax) return;
    throw new LedgerError("ion/nesting-too-deep", `Ion values nest more than ${nestingDepthMax} levels deep`);
  }
  #readNegativeInt(end, annotations) {
    const start = this.at;
    const magnitude = this.readUInt(end);
    if (magnitude === 0 || magnitude === 0n) this.fail("an integer is a negative zero", start);
    return int(-magnitude, annotations);
  }
  #readFloat(end, annotations) {
    const start = this.at;
    const length = end - start;
    this.at = end;
    if (length === 8) return float(this.bytes.readDoubleBE(start), annotations);
    if (length === 4) return float(this.bytes.readFloatBE(start), annotations);
    return length === 0 ? float(0, annotations) : this.fail(`a float of ${length} bytes`, start);
  }
  #readDecimal(end, annotations) {
    if (this.at === end) return decimal(0n, 0, false, annotations);
    const exponent = this.readVarInt(end) + 0;
    const { coefficient, isNegative } = this.readInt(end);
    return decimal(coefficient, exponent, isNegative, annotations);
  }
  #readSymbol(end) {
    const start = this.at;
    const id = this.readUInt(end);
    const text2 = typeof id === "number" ? this.#symbols.textOf(id) : void 0;
    return text2 === void 0 ? this.fail("a symbol is not in the symbol table", start) : text2;
  }
  #readBytes(end) {
    const start = this.at;
    this.at = end;
    return Buffer.from(this.bytes.subarray(start, end));
  }
  #readAnnotated(start, end, depth, outer) {
    if (outer !== void 0) this.fail("an annotated value is annotated once more", start);
    const idsLength = this.readVarUInt(end);
    const idsEnd = this.at + idsLength;
    if (idsLength === 0 || idsEnd >= end) this.fail("annotations without a value, or a value without them", start);
    const annotations = [];
    while (this.at < idsEnd) {
      const at = this.at;
      const text2 = this.#symbols.textOf(this.readVarUInt(idsEnd));
      annotations.push(text2 === void 0 ? this.fail("an annotation is not in the symbol table", at) : text2);
    }
    const value = this.readValue(end, depth, annotations);
    if (this.at !== end) this.fail("an annotated value is shorter than its wrapper", start);
    return value;
  }
};
var rememberedPathsMax = 4;
var LazyStruct = class _LazyStruct {
  type = "struct";
  annotations;
  #reader;
  #start;
  #end;
  #depth;
  #fields;
  /** What paths have led to, for a struct that is kept: it may be asked again and again, by the rows that it is joined to. */
  #found;
  constructor(reader, start, end, depth, annotations) {
    this.annotations = annotations;
    this.#reader = reader;
    this.#start = start;
    this.#end = end;
    this.#depth = depth;
  }
  get names() {
    return this.#decoded().names;
  }
  get values() {
    return this.#decoded().values;
  }
  get(name) {
    if (this.#fields !== void 0) {
      const index = this.#fields.names.indexOf(name);
      return index === -1 ? void 0 : this.#fields.values[index];
    }
    this.#reader.at = this.#start;
    return this.#reader.findField(name, this.#end, this.#depth);
  }
  /** As `get` after `get`, where that leads through structs to a value; undefined where it may not. */
  getPath(path) {
    if (this.#fields !== void 0) return void 0;
    const found = this.#found;
    if (found === void 0) return this.#findPath(path);
    for (let at = 0; at < found.length; at += 1) if (found[at]?.path === path) return found[at]?.value;
    const value = this.#findPath(path);
    if (found.length < rememberedPathsMax) found.push({ path, value });
    return value;
  }
  #findPath(path) {
    this.#reader.at = this.#start;
    return this.#reader.findPath(path, this.#end, this.#depth);
  }
  /** Whether `getPath` would give this text (`bytes` are it as UTF-8); undefined where it would give no text. */
  hasTextAt(path, text2, bytes) {
    this.#reader.at = this.#start;
    return this.#reader.isTextAt(path, text2, bytes, this.#end);
  }
  get byteLength() {
    return this.#end - this.#start;
  }
  get isPlainIon() {
    return this.#reader.isPlainIon && this.annotations === void 0;
  }
  detached() {
    if (!sharesMemory(this, this.#reader)) return this;
    const reader = this.#reader.copyOf(this.#start, this.#end);
    const copy = new _LazyStruct(reader, 0, this.byteLength, this.#depth, this.annotations);
    copy.#found = [];
    return copy;
  }
  #decoded() {
    if (this.#fields === void 0) {
      this.#reader.at = this.#start;
      this.#fields = this.#reader.readFields(this.#end, this.#depth);
    }
    return this.#fields;
  }
};
var LazySequence = class {
  annotations;
  #reader;
  #start;
  #end;
  #depth;
  #items;
  constructor(reader, start, end, depth, annotations) {
    this.annotations = annotations;
    this.#reader = reader;
    this.#start = start;
    this.#end = end;
    this.#depth = depth;
  }
  get items() {
    if (this.#items === void 0) {
      this.#reader.at = this.#start;
      this.#items = this.#reader.readItems(this.#end, this.#depth);
    }
    return this.#items;
  }
  get byteLength() {
    return this.#end - this.#start;
  }
  get isPlainIon() {
    return this.#reader.isPlainIon && this.annotations === void 0;
  }
  detached() {
    if (!sharesMemory(this, this.#reader)) return this.remade(this.#reader, this.#start, this.#end, this.#depth);
    return this.remade(this.#reader.copyOf(this.#start, this.#end), 0, this.byteLength, this.#depth);
  }
};
var LazyList = class _LazyList extends LazySequence {
  type = "list";
  remade(reader, start, end, depth) {
    return new _LazyList(reader, start, end, depth, this.annotations);
  }
};
var LazySexp = class _LazySexp extends LazySequence {
  type = "sexp";
  remade(reader, start, end, depth) {
    return new _LazySexp(reader, start, end, depth, this.annotations);
  }
};
function isLazy(value) {
  return value instanceof LazyStruct || value instanceof LazySequence;
}
function sharesMemory(value, reader) {
  return value.byteLength * 2 < reader.bytes.length;
}

// ../../hashprof/work/src/values/symbols.ts
var partiqlMarks = {
  bag: "$bag",
  missing: "$missing",
  date: "$date",
  time: "$time",
  interval: "$interval"
};
var marks = new Set(Object.values(partiqlMarks));
var systemSymbols = [
  unknownSymbolText,
  "$ion",
  "$ion_1_0",
  "$ion_symbol_table",
  "name",
  "version",
  "imports",
  "symbols",
  "max_id",
  "$ion_shared_symbol_table"
];
var firstLocalSymbol = systemSymbols.length;
var symbolTableId = 3;
var symbolsFieldId = 7;
var symbolTableText = "$ion_symbol_table";
var LocalSymbolTable = class {
  /** Ids taken up by imported tables, none of which is known here. */
  importedCount;
  texts;
  constructor(importedCount = 0, texts = []) {
    this.importedCount = importedCount;
    this.texts = texts;
  }
  textOf(id) {
    if (id < firstLocalSymbol) return systemSymbols[id];
    const index = id - firstLocalSymbol - this.importedCount;
    return index < 0 ? unknownSymbolText : this.texts[index];
  }
};
var SymbolDictionary = class {
  /** Index is the id; the first `firstLocalSymbol` are the system's. */
  texts;
  #ids = /* @__PURE__ */ new Map();
  #idsMax;
  #hasPartiqlMarks;
  /** `texts` are those after the system's own, as stored; beyond `symbolsMax` of them no text is taken. */
  constructor(texts = [], symbolsMax = ledgerSymbolsMax) {
    this.texts = [...systemSymbols, ...texts];
    this.#idsMax = firstLocalSymbol + symbolsMax;
    for (let id = 1; id < this.texts.length; id += 1) this.#ids.set(this.texts[id], id);
    this.#hasPartiqlMarks = this.texts.some((text2) => marks.has(text2));
  }
  textOf(id) {
    return this.texts[id];
  }
  idOf(text2) {
    const known = this.#ids.get(text2);
    if (known !== void 0) return known;
    const id = this.texts.length;
    if (id >= this.#idsMax) return 0;
    this.texts.push(text2);
    this.#ids.set(text2, id);
    if (marks.has(text2)) this.#hasPartiqlMarks = true;
    return id;
  }
  /** The id of a text, if it has one. */
  find(text2) {
    return this.#ids.get(text2);
  }
  get hasPartiqlMarks() {
    return this.#hasPartiqlMarks;
  }
};
var FieldPath = class {
  names;
  #symbols;
  #ids;
  /** How many texts the dictionary had when one of the names was looked up in vain. */
  #missedAt = 0;
  constructor(names2) {
    this.names = names2;
  }
  /** The ids of the names; undefined where one of them has none, or where ids can't be looked up. */
  idsIn(symbols) {
    if (this.#symbols === symbols && this.#ids !== void 0) return this.#ids;
    return symbols instanceof SymbolDictionary ? this.#lookUp(symbols) : void 0;
  }
  #lookUp(symbols) {
    const size = symbols.texts.length;
    if (this.#symbols === symbols && this.#missedAt === size) return void 0;
    const ids = this.names.map((name) => symbols.find(name) ?? -1);
    this.#symbols = symbols;
    this.#ids = ids.includes(-1) ? void 0 : ids;
    this.#missedAt = size;
    return this.#ids;
  }
};
function declareSymbols(declaration, current) {
  let appends = false;
  let importedCount = 0;
  const imports = soleField(declaration, "imports");
  if (imports?.type === "symbol") appends = imports.value === symbolTableText;
  else if (imports?.type === "list") {
    for (const item of imports.items) if (item.type === "struct") importedCount += importedIds(item);
  }
  const symbols = soleField(declaration, "symbols");
  const added = symbols?.type === "list" ? symbols.items : [];
  const texts = added.map((item) => item.type === "string" ? item.value : unknownSymbolText);
  if (!appends) return new LocalSymbolTable(importedCount, texts);
  for (const text2 of texts) current.texts.push(text2);
  return current;
}
function soleField(declaration, name) {
  const first = declaration.names.indexOf(name);
  if (first === -1) return void 0;
  if (declaration.names.indexOf(name, first + 1) !== -1)
    throw new LedgerError("ion/malformed", `the symbol table declares its '${name}' twice`);
  return declaration.values[first];
}
function importedIds(clause) {
  const name = clause.get("name");
  if (name?.type !== "string" || name.value === "" || name.value === "$ion") return 0;
  const maxId = clause.get("max_id");
  if (maxId?.type !== "int" || typeof maxId.value !== "number" || maxId.value < 0)
    throw new LedgerError("ion/malformed", `the import of symbol table '${name.value}' has no usable 'max_id'`);
  return maxId.value;
}

// ../../hashprof/work/src/values/partiql-ion.ts
var bagAnnotation = partiqlMarks.bag;
var missingAnnotation = partiqlMarks.missing;
var dateAnnotation = partiqlMarks.date;
var timeAnnotation = partiqlMarks.time;
var intervalAnnotation = partiqlMarks.interval;
var missingIon = nullOf("null", [missingAnnotation]);
function toPartiqlIon(value) {
  switch (value.type) {
    case "missing":
      return missingIon;
    case "bag":
      return list(value.items, [bagAnnotation]);
    case "date":
      return timestamp("day", { year: value.year, month: value.month, day: value.day }, [dateAnnotation]);
    case "time":
      return timeToIon(value);
    case "interval":
      return string(printInterval(value), [intervalAnnotation]);
    default:
      return value;
  }
}
var timeFields = ["hour", "minute", "second", "timezone_hour", "timezone_minute"];
function timeToIon(value) {
  const second = BigInt(value.second) * 10n ** BigInt(value.fractionDigits) + value.fraction;
  const { offset } = value;
  const zone = offset === void 0 ? [nullOf("int"), nullOf("int")] : [int(Math.trunc(offset / 60)), int(offset % 60)];
  const values = [int(value.hour), int(value.minute), decimal(second, -value.fractionDigits), ...zone];
  return struct(timeFields, values, [timeAnnotation]);
}

// ../../hashprof/work/src/values/text-writer.ts
function printIon(value, options = {}) {
  return new Printer(options.pretty === true).print(value, 0, false);
}
var Printer = class {
  #pretty;
  constructor(pretty) {
    this.#pretty = pretty;
  }
  print(value, depth, inSexp) {
    const { annotations } = value;
    if (annotations === void 0) return this.#bare(value, depth, inSexp);
    return annotations.map((text2) => `${printSymbol(text2)}::`).join("") + this.#bare(value, depth, false);
  }
  #bare(value, depth, inSexp) {
    switch (value.type) {
      case "null":
        return value.nullType === "null" ? "null" : `null.${value.nullType}`;
      case "bool":
        return value.value ? "true" : "false";
      case "int":
        return value.value.toString();
      case "float":
        return printFloat(value.value);
      case "decimal":
        return printDecimal(value);
      case "timestamp":
        return printTimestamp(value);
      case "string":
        return quote(value.value, '"');
      case "symbol":
        return inSexp && isOperatorSymbol(value.value) ? value.value : printSymbol(value.value);
      case "blob":
        return `{{${Buffer.from(value.bytes).toString("base64")}}}`;
      case "clob":
        return `{{"${printClobBytes(value.bytes)}"}}`;
      case "list":
        return this.#items("[", ",", "]", value.items, depth);
      case "sexp":
        return this.#items("(", " ", ")", value.items, depth);
      case "struct":
        return this.#struct(value, depth);
      case "missing":
      case "bag":
      case "date":
      case "time":
      case "interval":
        return this.print(toPartiqlIon(value), depth, false);
      default:
        return value;
    }
  }
  #items(open2, separator, close, items, depth) {
    const inSexp = open2 === "(";
    const inner = checkDepth(depth + 1);
    return this.#wrap(
      open2,
      separator,
      close,
      items.map((item) => this.print(item, inner, inSexp)),
      depth
    );
  }
  #struct(value, depth) {
    const inner = checkDepth(depth + 1);
    const colon = this.#pretty ? ": " : ":";
    const { names: names2, values } = value;
    const fields3 = values.map(
      (item, index) => printSymbol(names2[index]) + colon + this.print(item, inner, false)
    );
    return this.#wrap("{", ",", "}", fields3, depth);
  }
  #wrap(open2, separator, close, parts2, depth) {
    if (!this.#pretty || parts2.length === 0) return open2 + parts2.join(separator) + close;
    const indent = "  ".repeat(depth);
    const glue = separator === " " ? "" : separator;
    return `${open2}
${indent}  ${parts2.join(`${glue}
${indent}  `)}
${indent}${close}`;
  }
};
function checkDepth(depth) {
  if (depth <= nestingDepthMax) return depth;
  throw new LedgerError("ion/nesting-too-deep", `the value nests more than ${nestingDepthMax} levels deep`);
}
function printFloat(value) {
  if (Number.isNaN(value)) return "nan";
  if (value === Infinity) return "+inf";
  if (value === -Infinity) return "-inf";
  if (Object.is(value, -0)) return "-0e0";
  const text2 = value.toString();
  return text2.includes("e") ? text2.replace("e+", "e") : `${text2}e0`;
}
function printDecimal(value) {
  const { coefficient, exponent } = value;
  const sign2 = coefficient < 0n || value.negativeZero ? "-" : "";
  const digits2 = (coefficient < 0n ? -coefficient : coefficient).toString();
  if (exponent > 0 || digits2.length - 1 + exponent < -6) return `${sign2}${digits2}d${exponent}`;
  if (exponent === 0) return `${sign2}${digits2}.`;
  const padded = digits2.padStart(1 - exponent, "0");
  return `${sign2}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
var identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
var reserved = /^(?:null|true|false|nan|\$[0-9]+|\$ion_[0-9]+_[0-9]+)$/;
var operator = /^[!#%&*+\-./;<=>?@^`|~]+$/;
function printSymbol(text2) {
  if (identifier.test(text2) && !reserved.test(text2)) return text2;
  return text2 === unknownSymbolText ? "$0" : quote(text2, "'");
}
function isOperatorSymbol(text2) {
  return operator.test(text2) && !text2.includes("//") && !text2.includes("/*");
}
var escapedCharacters = new RegExp(`["'\\\\\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]|\\p{Surrogate}`, "gu");
var mayNeedEscape = /["'\\\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/;
var namedEscapes = {
  "\\": "\\\\",
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "	": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "\v": "\\v"
};
function quote(text2, mark) {
  if (!mayNeedEscape.test(text2)) return mark + text2 + mark;
  const escaped = text2.replace(escapedCharacters, (character) => {
    if (character === '"' || character === "'") return character === mark ? `\\${mark}` : character;
    return namedEscapes[character] ?? escapeUnit(character.charCodeAt(0));
  });
  return mark + escaped + mark;
}
function escapeUnit(unit) {
  const hex = unit.toString(16);
  return unit < 256 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}
function printClobBytes(bytes) {
  let text2 = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (byte === 34) text2 += '\\"';
    else if (byte === 92 || byte < 32) text2 += namedEscapes[character] ?? escapeUnit(byte);
    else text2 += byte < 127 ? character : escapeUnit(byte);
  }
  return text2;
}

// ../../hashprof/work/src/values/type-test.ts
function isOfType(value, type) {
  const { name } = type;
  if (name === "null") return value.type === "null" || value.type === "missing";
  if (name === "missing" || value.type === "missing" || value.type === "null") {
    return name === "missing" && value.type === "missing";
  }
  if (name === "any") return true;
  if (name.startsWith("interval")) return value.type === "interval" && isInFamily(value, name);
  if (value.type !== (typeOfName[name] ?? name)) return false;
  switch (value.type) {
    case "int":
      return fitsInteger(value.value, name);
    case "decimal":
      return type.args.length === 0 || isDecimalOf(value, type.args[0], type.args[1] ?? 0);
    case "string":
      return type.args.length === 0 || hasLength(value.value, type.args[0], name.startsWith("char"));
    case "time":
      return type.withTimeZone === (value.offset !== void 0) && value.fractionDigits <= (type.args[0] ?? Infinity);
    case "timestamp":
      if (type.withTimeZone && value.offset === void 0) return false;
      return value.fractionDigits <= (type.args[0] ?? Infinity);
    default:
      return true;
  }
}
var typeOfName = {
  __proto__: null,
  boolean: "bool",
  tinyint: "int",
  smallint: "int",
  int2: "int",
  int4: "int",
  int8: "int",
  integer: "int",
  integer2: "int",
  integer4: "int",
  integer8: "int",
  bigint: "int",
  real: "float",
  double: "float",
  "double precision": "float",
  dec: "decimal",
  numeric: "decimal",
  char: "string",
  character: "string",
  varchar: "string",
  "character varying": "string",
  tuple: "struct"
};
function isDecimalOf({ coefficient, exponent }, precision, scale) {
  const before = Math.max(1, digitCount(coefficient) + exponent);
  return -exponent <= scale && before === precision - scale;
}
function hasLength(text2, length, exactly) {
  let count = 0;
  for (const _ of text2) count += 1;
  return exactly ? count === length : count <= length;
}
function isInFamily(value, name) {
  const isYearMonth = name.includes("year") || name.includes("month");
  return isYearMonth === (value.family === "year-month");
}
var integerBits = {
  __proto__: null,
  tinyint: 8,
  smallint: 16,
  int2: 16,
  integer2: 16,
  int4: 32,
  integer4: 32,
  int8: 64,
  integer8: 64,
  bigint: 64
};
function fitsInteger(value, name) {
  const bits = integerBits[name];
  return bits === void 0 || BigInt.asIntN(bits, BigInt(value)) === BigInt(value);
}

// ../../hashprof/work/src/values/cast.ts
function castTo(value, type) {
  checkCastTarget(type);
  if (isAbsent(value)) return value;
  const cast = casts[type.name] ?? (type.name.startsWith("interval") ? castToInterval : void 0);
  const result = cast?.(value, type);
  if (result === void 0) throw cannotCast(value, type);
  return result;
}
function checkCastTarget(type) {
  if (type.name === "null" || type.name === "missing") {
    throw new LedgerError("semantic/invalid", `nothing can be cast to ${type.name.toUpperCase()}`);
  }
}
function canCast(value, type) {
  try {
    castTo(value, type);
    return true;
  } catch (error) {
    if (error instanceof LedgerError) return false;
    throw error;
  }
}
function canLosslessCast(value, type) {
  if (!canCast(value, type)) return false;
  const there = castTo(value, type);
  if (equals(there, value)) return true;
  const back = { name: value.type, args: [], withTimeZone: false };
  return canCast(there, back) && equals(castTo(there, back), value);
}
var casts = {
  __proto__: null,
  any: (value) => value,
  bool: castToBool,
  boolean: castToBool,
  tinyint: castToInt,
  smallint: castToInt,
  int: castToInt,
  int2: castToInt,
  int4: castToInt,
  int8: castToInt,
  integer: castToInt,
  integer2: castToInt,
  integer4: castToInt,
  integer8: castToInt,
  bigint: castToInt,
  float: castToFloat,
  real: castToFloat,
  double: castToFloat,
  "double precision": castToFloat,
  dec: castToDecimal,
  decimal: castToDecimal,
  numeric: castToDecimal,
  string: castToString,
  char: castToString,
  character: castToString,
  varchar: castToString,
  "character varying": castToString,
  symbol: (value) => value.type === "symbol" ? value : mapText(value, symbol),
  timestamp: castToTimestamp,
  date: castToDate,
  time: castToTime,
  blob: (value) => value.type === "blob" ? value : value.type === "clob" ? blob(value.bytes) : void 0,
  clob: (value) => value.type === "clob" ? value : value.type === "blob" ? clob(value.bytes) : void 0,
  list: (value) => value.type === "list" ? value : mapItems(value, list),
  sexp: (value) => value.type === "sexp" ? value : mapItems(value, sexp),
  bag: (value) => value.type === "bag" ? value : mapItems(value, bag),
  struct: (value) => value.type === "struct" ? value : void 0,
  tuple: (value) => value.type === "struct" ? value : void 0
};
function cannotCast(value, type) {
  const from = value.type.toUpperCase();
  const to = type.name.toUpperCase();
  const isContainer = "items" in value || value.type === "struct" || "bytes" in value;
  return new LedgerError(
    "value/cannot-cast",
    isContainer ? `Cannot convert ${from} to ${to}` : `Cannot convert ${from} to ${to}: ${printIon(value)}`
  );
}
function isNumeric(value) {
  return value.type === "int" || value.type === "float" || value.type === "decimal";
}
function castToBool(value) {
  if (value.type === "bool") return value;
  if (isNumeric(value)) return bool(!isZero(value));
  if (value.type === "string" || value.type === "symbol") return bool(value.value.toLowerCase() === "true");
  return void 0;
}
function castToInt(value, type) {
  const result = integerOf(value);
  return result !== void 0 && fitsInteger(result, type.name) ? value.type === "int" ? value : int(result) : void 0;
}
function integerOf(value) {
  switch (value.type) {
    case "int":
      return value.value;
    case "bool":
      return value.value ? 1 : 0;
    case "float":
      return Number.isFinite(value.value) ? truncateExact(exactOf(value)) : void 0;
    case "decimal":
      return truncateExact(value);
    case "string":
    case "symbol":
      return integerFromText(value.value);
    default:
      return void 0;
  }
}
function integerFromText(text2) {
  const match = /^([+-]?)(0x[0-9a-f]+|0b[01]+|\d+)$/i.exec(text2);
  if (match === null) return void 0;
  const magnitude = BigInt(match[2].toLowerCase());
  return match[1] === "-" ? -magnitude : magnitude;
}
function castToFloat(value) {
  switch (value.type) {
    case "float":
      return value;
    case "bool":
      return float(value.value ? 1 : 0);
    case "int":
      return float(Number(value.value));
    case "decimal":
      return float(Number(`${value.coefficient}e${value.exponent}`));
    case "string":
    case "symbol":
      return floatFromText(value.value);
    default:
      return void 0;
  }
}
var numberShape = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,9})?$/i;
var specialFloats = {
  __proto__: null,
  nan: Number.NaN,
  "+inf": Infinity,
  "-inf": -Infinity
};
function floatFromText(text2) {
  if (numberShape.test(text2)) return float(Number(text2));
  const special = specialFloats[text2];
  return special === void 0 ? void 0 : float(special);
}
function castToDecimal(value, type) {
  const exact = exactNumberOf(value);
  if (exact === void 0) return void 0;
  if (type.args.length === 0) return value.type === "decimal" ? value : decimal(exact.coefficient, exact.exponent);
  const [precision, scale = 0] = type.args;
  const rounded = rescale(exact, scale);
  return digitCount(rounded.coefficient) > precision ? void 0 : decimal(rounded.coefficient, rounded.exponent);
}
function exactNumberOf(value) {
  switch (value.type) {
    case "bool":
      return { coefficient: value.value ? 1n : 0n, exponent: 0 };
    case "int":
    case "decimal":
      return exactOf(value);
    case "float":
      return Number.isFinite(value.value) ? exactOf(value) : void 0;
    case "string":
    case "symbol":
      return exactFromText(value.value);
    default:
      return void 0;
  }
}
function exactFromText(text2) {
  if (!numberShape.test(text2)) return void 0;
  const [mantissa, power2 = "0"] = text2.toLowerCase().split("e");
  const point = mantissa.indexOf(".");
  const fractionDigits2 = point === -1 ? 0 : mantissa.length - point - 1;
  const digits2 = mantissa.replace(".", "").replace("+", "");
  return {
    coefficient: BigInt(digits2.startsWith("-") ? digits2.slice(1) : digits2) * (digits2.startsWith("-") ? -1n : 1n),
    exponent: Number(power2) - fractionDigits2
  };
}
function rescale(value, scale) {
  const shift = value.exponent + scale;
  if (shift >= 0) {
    return { coefficient: value.coefficient === 0n ? 0n : value.coefficient * tenTo(shift), exponent: -scale };
  }
  if (-shift > digitCount(value.coefficient) + 1) return { coefficient: 0n, exponent: -scale };
  return { coefficient: divideHalfEven(value.coefficient, 10n ** BigInt(-shift)), exponent: -scale };
}
function castToString(value, type) {
  const length = type.args[0];
  if (length === void 0) return value.type === "string" ? value : mapText(value, string);
  return mapText(value, (text2) => {
    const points = Array.from(text2);
    const cut = points.length > length ? points.slice(0, length).join("") : text2;
    const isPadded = type.name === "char" || type.name === "character";
    return string(isPadded ? cut + " ".repeat(Math.max(0, length - points.length)) : cut);
  });
}
function mapText(value, make) {
  switch (value.type) {
    case "string":
    case "symbol":
      return make(value.value);
    case "bool":
    case "int":
    case "float":
    case "decimal":
    case "timestamp":
      return make(printIon(value.annotations === void 0 ? value : { ...value, annotations: void 0 }));
    case "date":
    case "time":
      return make(printDateTime(value));
    case "interval":
      return make(printInterval(value));
    default:
      return void 0;
  }
}
function mapItems(value, make) {
  return value.type === "list" || value.type === "sexp" || value.type === "bag" ? make(value.items) : void 0;
}

// ../../hashprof/work/src/base/span.ts
function span(start, end) {
  return { start, end };
}

// ../../hashprof/work/src/values/text-scanner.ts
var TextScanner = class {
  text;
  at = 0;
  #depth = 0;
  constructor(text2) {
    this.text = text2;
    if (text2.charCodeAt(0) === 65279) this.at = 1;
  }
  peek(ahead = 0) {
    const index = this.at + ahead;
    return index < this.text.length ? this.text.charCodeAt(index) : -1;
  }
  /** Past white space and comments. */
  skipSpace() {
    for (; ; ) {
      const unit = this.peek();
      if (unit === 47 && this.skipComment()) continue;
      if (!isSpace(unit)) return;
      this.at += 1;
    }
  }
  /** Past white space alone: inside a blob or clob there are no comments. */
  skipBlank() {
    while (isSpace(this.peek())) this.at += 1;
  }
  skipComment() {
    const next = this.peek(1);
    if (next === 47) {
      this.at += 2;
      for (let unit = this.peek(); unit !== -1 && unit !== 10 && unit !== 13; unit = this.peek()) this.at += 1;
      return true;
    }
    if (next !== 42) return false;
    const end = this.text.indexOf("*/", this.at + 2);
    if (end === -1) this.fail("a comment is not closed with '*/'", this.at, this.text.length);
    this.at = end + 2;
    return true;
  }
  enter(start) {
    this.#depth += 1;
    if (this.#depth <= nestingDepthMax) return;
    throw new LedgerError("ion/nesting-too-deep", `Ion values nest more than ${nestingDepthMax} levels deep`, {
      span: span(start, start + 1)
    });
  }
  leave() {
    this.#depth -= 1;
  }
  fail(message, start = this.at, end = Math.min(start + 1, this.text.length)) {
    throw new LedgerError("ion/malformed", message, { span: span(start, Math.max(start, end)) });
  }
  /** Throws: `wanted` should stand here. */
  failExpected(wanted, at = this.at) {
    this.fail(`expected ${wanted}, found ${this.found(at)}`, at);
  }
  /** What stands at a place, as an error names it. */
  found(at) {
    const point = this.text.codePointAt(at);
    if (point === void 0) return "the end of the text";
    if (point < 32 || point >= 127 && point < 160 || point >= 55296 && point < 57344)
      return `the character U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
    return `'${String.fromCodePoint(point)}'`;
  }
};
function isSpace(unit) {
  return unit === 32 || unit >= 9 && unit <= 13;
}
function isDigit(unit) {
  return unit >= 48 && unit <= 57;
}
function isIdentifierStart(unit) {
  return unit >= 97 && unit <= 122 || unit >= 65 && unit <= 90 || unit === 95 || unit === 36;
}
function isIdentifierPart(unit) {
  return isIdentifierStart(unit) || isDigit(unit);
}
var operatorUnits = new Set(Array.from("!#%&*+-./;<=>?@^`|~", (character) => character.charCodeAt(0)));
function isOperator(unit) {
  return operatorUnits.has(unit);
}

// ../../hashprof/work/src/values/text-quoted.ts
var simpleEscapes = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "	",
  n: "\n",
  f: "\f",
  r: "\r",
  v: "\v",
  '"': '"',
  "'": "'",
  "?": "?",
  "\\": "\\",
  "/": "/",
  "\n": ""
};
var hexEscapeDigits = { x: 2, u: 4, U: 8 };
function readShort(scanner, kind) {
  const start = scanner.at;
  const quote3 = scanner.peek();
  const { text: text2 } = scanner;
  let parts2 = "";
  scanner.at += 1;
  let from = scanner.at;
  for (; ; ) {
    const unit = scanner.peek();
    if (unit === quote3) break;
    if (unit === -1) scanner.fail("the quoted text is not closed", start, text2.length);
    if (unit === 10 || unit === 13) scanner.fail("the quoted text is not closed on its line", start, scanner.at);
    checkRaw(scanner, unit, kind);
    if (unit !== 92) {
      scanner.at += 1;
      continue;
    }
    parts2 += text2.slice(from, scanner.at) + readEscape(scanner, kind);
    from = scanner.at;
  }
  const whole = parts2 + text2.slice(from, scanner.at);
  scanner.at += 1;
  checkSurrogates(scanner, whole, start);
  return whole;
}
function readLong(scanner, kind, skip) {
  let whole = readSegment(scanner, kind);
  for (; ; ) {
    skip();
    if (!atLongQuote(scanner)) return whole;
    whole += readSegment(scanner, kind);
  }
}
function atLongQuote(scanner) {
  return scanner.peek() === 39 && scanner.peek(1) === 39 && scanner.peek(2) === 39;
}
function readSegment(scanner, kind) {
  const start = scanner.at;
  const { text: text2 } = scanner;
  let parts2 = "";
  scanner.at += 3;
  let from = scanner.at;
  for (; ; ) {
    const unit = scanner.peek();
    if (unit === 39 && atLongQuote(scanner)) break;
    if (unit === -1) scanner.fail("the long string is not closed", start, text2.length);
    checkRaw(scanner, unit, kind);
    if (unit === 92) {
      parts2 += text2.slice(from, scanner.at) + readEscape(scanner, kind);
      from = scanner.at;
    } else if (unit === 13) {
      parts2 += `${text2.slice(from, scanner.at)}
`;
      scanner.at += scanner.peek(1) === 10 ? 2 : 1;
      from = scanner.at;
    } else {
      scanner.at += 1;
    }
  }
  const segment = parts2 + text2.slice(from, scanner.at);
  scanner.at += 3;
  checkSurrogates(scanner, segment, start);
  return segment;
}
function checkRaw(scanner, unit, kind) {
  if (unit < 32 ? !isSpace(unit) : kind === "clob" && unit > 127)
    scanner.fail(`${scanner.found(scanner.at)} must be written as an escape here`);
}
function readEscape(scanner, kind) {
  const start = scanner.at;
  let letter2 = scanner.text[start + 1] ?? "";
  scanner.at += 2;
  if (letter2 === "\r") {
    letter2 = "\n";
    if (scanner.peek() === 10) scanner.at += 1;
  }
  const simple = simpleEscapes[letter2];
  if (simple !== void 0) return simple;
  const digits2 = hexEscapeDigits[letter2];
  if (digits2 === void 0 || kind === "clob" && letter2 !== "x")
    scanner.fail(`there is no escape '\\${letter2}' here`, start, Math.min(scanner.at, scanner.text.length));
  const hex = scanner.text.slice(scanner.at, scanner.at + digits2);
  if (hex.length < digits2 || !/^[0-9a-fA-F]+$/.test(hex))
    scanner.fail(`expected ${digits2} hexadecimal digits after '\\${letter2}'`, start, scanner.at);
  scanner.at += digits2;
  const point = Number.parseInt(hex, 16);
  if (point > 1114111) scanner.fail(`there is no code point U+${hex.toUpperCase()}`, start, scanner.at);
  if (letter2 === "U" && point >= 55296 && point <= 57343)
    scanner.fail("half a surrogate pair is no character", start, scanner.at);
  return String.fromCodePoint(point);
}
function checkSurrogates(scanner, text2, start) {
  if (hasLoneSurrogate(text2)) scanner.fail("half a surrogate pair is no character", start, scanner.at);
}
function hasLoneSurrogate(text2) {
  return !text2.isWellFormed();
}
function readLob(scanner) {
  const start = scanner.at;
  scanner.at += 2;
  scanner.skipBlank();
  const isLong = atLongQuote(scanner);
  if (!isLong && scanner.peek() !== 34) return { type: "blob", bytes: readBase64(scanner, start) };
  const text2 = isLong ? readLong(scanner, "clob", () => scanner.skipBlank()) : readShort(scanner, "clob");
  scanner.skipBlank();
  if (scanner.peek() !== 125 || scanner.peek(1) !== 125) scanner.failExpected("'}}'");
  scanner.at += 2;
  return { type: "clob", bytes: Buffer.from(text2, "latin1") };
}
function readBase64(scanner, start) {
  const from = scanner.at;
  const end = scanner.text.indexOf("}", from);
  if (end === -1) scanner.fail("the blob is not closed with '}}'", start, scanner.text.length);
  const base64 = scanner.text.slice(from, end).replace(/[ \t\n\v\f\r]+/g, "");
  const stray = base64.search(/[^A-Za-z0-9+/=]/);
  if (stray !== -1) scanner.fail(`expected base 64, found '${base64[stray]}'`, from, end);
  const padding = base64.indexOf("=");
  if (base64.length % 4 !== 0 || padding !== -1 && !/^==?$/.test(base64.slice(padding)))
    scanner.fail("the base 64 text is not padded to a multiple of four", from, end);
  scanner.at = end;
  if (scanner.peek(1) !== 125) scanner.failExpected("'}}'");
  scanner.at += 2;
  return Buffer.from(base64, "base64");
}

// ../../hashprof/work/src/exec/field-path.ts
function fieldPathOf(expression, compiler) {
  if (compiler.strict) return void 0;
  const names2 = [];
  let at = expression;
  for (; at.kind === "field"; at = at.operand) names2.unshift(at.name);
  return at.kind === "slot" && names2.length > 0 ? { slot: at.slot, path: new FieldPath(names2) } : void 0;
}
function withFieldPath(expression, slow, compiler) {
  const found = fieldPathOf(expression, compiler);
  if (found === void 0) return slow;
  const { slot, path } = found;
  return (frame) => {
    const row = frame.slots[slot];
    return (row instanceof LazyStruct ? row.getPath(path) : void 0) ?? slow(frame);
  };
}
function textTest(field, wanted, whenEqual, slow, compiler) {
  const found = fieldPathOf(field, compiler);
  if (found === void 0 || wanted.expression.kind !== "constant" && wanted.expression.kind !== "parameter") {
    return void 0;
  }
  const { slot, path } = found;
  let known;
  let text2;
  return (frame) => {
    const row = frame.slots[slot];
    if (!(row instanceof LazyStruct)) return slow(frame);
    const value = wanted.evaluate(frame);
    if (value !== known) {
      known = value;
      text2 = textOf(value);
    }
    const isEqual = text2 && row.hasTextAt(path, text2.value, text2.bytes);
    return isEqual === void 0 ? slow(frame) : isEqual === whenEqual;
  };
}
function textOf(value) {
  if (value.type !== "string" && value.type !== "symbol" || hasLoneSurrogate(value.value)) return void 0;
  return { value: value.value, bytes: Buffer.from(value.value) };
}

// ../../hashprof/work/src/exec/frame.ts
var Frame = class {
  slots;
  context;
  /** Results of sub-queries that do not depend on any row, by their plan nodes. */
  results = /* @__PURE__ */ new Map();
  /** The last collection that each IN looked into, by its plan node; without keys as long as it did so once. */
  collections = /* @__PURE__ */ new Map();
  #work = 0;
  constructor(slots, context) {
    this.slots = new Array(slots).fill(missing);
    this.context = context;
  }
  /** Called for every row that is worked on; lets the meter stop the statement every 512 of them. */
  step() {
    this.#work += 1;
    if (this.#work === 512) {
      this.#work = 0;
      this.context.meter.tick();
    }
  }
};
function compilerFor(plan) {
  const strict = plan.typing === "strict";
  const { foldsCase, qldbTyping } = plan;
  return { strict, raises: strict || qldbTyping, nullsMissing: qldbTyping, foldsCase, errors: new ErrorList() };
}
var softCodes = /* @__PURE__ */ new Set([
  "value/type-mismatch",
  "value/cannot-compare",
  "value/cannot-cast",
  "evaluator/type-mismatch",
  "evaluator/no-such-path"
]);
function failed(error, compiler, span2) {
  if (!(error instanceof LedgerError)) throw error;
  if (!compiler.raises && softCodes.has(error.code)) return missing;
  throw error.at(span2);
}
function mistyped(compiler, span2, message) {
  if (!compiler.raises) return missing;
  throw new LedgerError("evaluator/type-mismatch", message, { span: span2 });
}
function nowhere(compiler, span2, message) {
  if (!compiler.strict) return missing;
  throw new LedgerError("evaluator/type-mismatch", message, { span: span2 });
}
function placed(span2, work) {
  try {
    return work();
  } catch (error) {
    throw error instanceof LedgerError ? error.at(span2) : error;
  }
}

// ../../hashprof/work/src/exec/compile-operators.ts
function absentOf(a, b, compiler) {
  return !compiler.nullsMissing && (a.type === "missing" || b.type === "missing") ? missing : nullValue;
}
function compileUnary({ op, operand, span: span2 }, compiler) {
  const evaluate = compileExpression(operand, compiler);
  if (op === "not") {
    return (frame) => {
      const value = truth(evaluate(frame));
      if (value === void 0) return mistyped(compiler, span2, "NOT takes a boolean");
      return value === nullValue ? value : value === trueValue ? falseValue : trueValue;
    };
  }
  const apply = op === "-" ? negate : positive;
  return (frame) => {
    const value = evaluate(frame);
    if (isAbsent(value)) return absentOf(value, value, compiler);
    try {
      return apply(value);
    } catch (error) {
      return failed(error, compiler, span2);
    }
  };
}
var arithmetic = {
  "+": add,
  "-": subtract,
  "*": multiply,
  "/": divide,
  "%": modulo,
  "||": concatenate,
  "&": bitAnd
};
function compileBinary(expression, compiler) {
  const { op, span: span2 } = expression;
  if (op === "and" || op === "or") return compileLogical(expression, compiler);
  const left = compileExpression(expression.left, compiler);
  const right = compileExpression(expression.right, compiler);
  if (op === "=" || op === "<>") return compileEquality(left, right, op === "=", compiler);
  if (op === "||") checkTexts("||", [expression.left, expression.right], span2);
  const apply = arithmetic[op];
  if (apply === void 0) return compileOrder(left, right, op, compiler, span2);
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (isAbsent(a) || isAbsent(b)) return absentOf(a, b, compiler);
    try {
      return apply(a, b);
    } catch (error) {
      return failed(error, compiler, span2);
    }
  };
}
function checkTexts(operator2, operands2, span2) {
  const types = operands2.map((operand) => knownValue(operand).type);
  if (types.every((type) => /^(string|symbol|null|missing)$/.test(type))) return;
  const found = types.map((type) => type === "missing" ? "ANY" : type.toUpperCase()).join(", ");
  const message = `Incorrect type of arguments for operator '${operator2}', expected STRING got ${found}`;
  throw new LedgerError("evaluator/type-mismatch", message, { span: span2 });
}
function compileEquality(left, right, whenEqual, compiler) {
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (isAbsent(a) || isAbsent(b)) return a.type === "null" || b.type === "null" ? nullValue : absentOf(a, b, compiler);
    return equals(a, b) === whenEqual ? trueValue : falseValue;
  };
}
var orderTests = {
  "<": (order2) => order2 < 0,
  "<=": (order2) => order2 <= 0,
  ">": (order2) => order2 > 0,
  ">=": (order2) => order2 >= 0
};
function compileOrder(left, right, op, compiler, span2) {
  const test = orderTests[op];
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (isAbsent(a) || isAbsent(b)) return absentOf(a, b, compiler);
    const order2 = compare(a, b);
    if (order2 === void 0) return cannotCompare(a, b, compiler, span2);
    return test(order2) ? trueValue : falseValue;
  };
}
function cannotCompare(a, b, compiler, span2) {
  if (!compiler.raises) return missing;
  const types = `${a.type.toUpperCase()}, ${b.type.toUpperCase()}`;
  throw new LedgerError("value/cannot-compare", `Cannot compare values: ${types}`, { span: span2 });
}
function truth(value) {
  if (value.type === "bool") return value.value ? trueValue : falseValue;
  return isAbsent(value) ? nullValue : void 0;
}
function compileLogical({ op, left, right, span: span2 }, compiler) {
  const first = compileExpression(left, compiler);
  const second = compileExpression(right, compiler);
  const decisive = op === "and" ? falseValue : trueValue;
  const neutral = op === "and" ? trueValue : falseValue;
  return (frame) => {
    const a = truth(first(frame));
    if (a === decisive) return decisive;
    const b = truth(second(frame));
    if (a === void 0 || b === void 0) return mistyped(compiler, span2, `${op.toUpperCase()} takes booleans`);
    if (b === decisive) return decisive;
    return a === nullValue || b === nullValue ? nullValue : neutral;
  };
}
function compileTests(conditions, compiler) {
  const tests = conditions.map((condition) => compileTest(condition, compiler));
  const [first, second] = tests;
  if (first !== void 0 && second === void 0) return first;
  if (first !== void 0 && second !== void 0 && tests.length === 2) return (frame) => first(frame) && second(frame);
  return (frame) => {
    for (const test of tests) if (!test(frame)) return false;
    return true;
  };
}
function compileTest(condition, compiler) {
  if (condition.kind === "binary" && !compiler.raises) {
    const { op } = condition;
    if (op === "and") {
      const first = compileTest(condition.left, compiler);
      const second = compileTest(condition.right, compiler);
      return (frame) => first(frame) && second(frame);
    }
    const order2 = orderTests[op];
    if (op === "=" || op === "<>" || order2 !== void 0) {
      const left = compileExpression(condition.left, compiler);
      const right = compileExpression(condition.right, compiler);
      if (order2 === void 0) {
        const whenEqual = op === "=";
        const test = (frame) => {
          const a = left(frame);
          const b = right(frame);
          return !isAbsent(a) && !isAbsent(b) && equals(a, b) === whenEqual;
        };
        const first = { expression: condition.left, evaluate: left };
        const second = { expression: condition.right, evaluate: right };
        return textTest(first.expression, second, whenEqual, test, compiler) ?? textTest(second.expression, first, whenEqual, test, compiler) ?? test;
      }
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        if (isAbsent(a) || isAbsent(b)) return false;
        const found = compare(a, b);
        return found !== void 0 && order2(found);
      };
    }
  }
  const evaluate = compileExpression(condition, compiler);
  const { span: span2 } = condition;
  return (frame) => {
    const value = evaluate(frame);
    if (value.type === "bool") return value.value;
    if (!isAbsent(value)) mistyped(compiler, span2, `a condition must be a boolean, not ${value.type}`);
    return false;
  };
}

// ../../hashprof/work/src/exec/compile-path.ts
function fieldOf(value, name, exact) {
  const found = value.get(name);
  if (found !== void 0 || exact) return found;
  const lower = name.toLowerCase();
  const position2 = value.names.findIndex((one) => one.toLowerCase() === lower);
  return position2 === -1 ? void 0 : value.values[position2];
}
function compileField(expression, compiler) {
  return withFieldPath(expression, compileStep(expression, compiler), compiler);
}
function compileStep({ operand, name, exact, fallback, span: span2 }, compiler) {
  const evaluate = compileExpression(operand, compiler);
  const other = fallback && compileExpression(fallback, compiler);
  const absent = (frame, value) => {
    if (value.type === "struct" && !exact) {
      const found = fieldOf(value, name, false);
      if (found !== void 0) return found;
    }
    if (other !== void 0) return other(frame);
    if (value.type === "null") return value;
    return nowhere(compiler, span2, `the path '.${name}' leads nowhere`);
  };
  return (frame) => {
    const value = evaluate(frame);
    if (value.type === "struct") {
      if (compiler.strict && isRepeated(value, name, exact)) nowhere(compiler, span2, `the field '${name}' is ambiguous`);
      const found = value.get(name);
      if (found !== void 0) return found;
    }
    return absent(frame, value);
  };
}
function isRepeated(value, name, exact) {
  const fold = (text2) => exact ? text2 : text2.toLowerCase();
  const wanted = fold(name);
  return value.names.filter((one) => fold(one) === wanted).length > 1;
}
function compileIndex({ operand, index, byName: byName3, span: span2 }, compiler) {
  const evaluate = compileExpression(operand, compiler);
  const at = compileExpression(index, compiler);
  return (frame) => {
    const value = evaluate(frame);
    return elementOf(value, at(frame), byName3) ?? nowhere(compiler, span2, "the index leads nowhere");
  };
}
function elementOf(value, index, byName3) {
  if (value.type === "null") return value;
  if ((value.type === "list" || value.type === "sexp") && index.type === "int") return value.items[Number(index.value)];
  if (value.type === "struct" && byName3 && (index.type === "string" || index.type === "symbol")) {
    return value.get(index.value);
  }
  return void 0;
}
function compileSpread({ operand, steps, span: span2 }, compiler) {
  const evaluate = compileExpression(operand, compiler);
  const compiled2 = steps.map((step) => compileSpreadStep(step, compiler));
  return (frame) => {
    let values = [evaluate(frame)];
    for (const step of compiled2) values = values.flatMap((value) => step(value, frame, span2));
    return bag(values.length === 1 || !values.includes(missing) ? values : values.filter((value) => value !== missing));
  };
}
function compileSpreadStep(step, compiler) {
  switch (step.kind) {
    case "field":
      return (value, _frame, span2) => {
        const found = value.type === "struct" ? fieldOf(value, step.name, step.exact) : void 0;
        return [found ?? nowhere(compiler, span2, `the path '.${step.name}' leads nowhere`)];
      };
    case "index": {
      const at = compileExpression(step.index, compiler);
      return (value, frame, span2) => {
        const found = elementOf(value, at(frame), step.byName);
        return [found ?? nowhere(compiler, span2, "the index leads nowhere")];
      };
    }
    case "each":
      return (value, _frame, span2) => {
        if (value.type === "list" || value.type === "bag" || value.type === "sexp") return value.items;
        nowhere(compiler, span2, "[*] takes a list or a bag");
        return [value];
      };
    case "each-field":
      return (value, _frame, span2) => {
        if (value.type === "struct") return value.values;
        nowhere(compiler, span2, ".* takes a struct");
        return value.type === "missing" ? [] : [value];
      };
  }
}
function compileExclude({ operand, paths }, compiler) {
  const evaluate = compileExpression(operand, compiler);
  return (frame) => paths.reduce(without, evaluate(frame));
}
function without(value, path) {
  const [step, ...rest] = path;
  if (step === void 0) return value;
  if (value.type === "struct" && (step.kind === "field" || step.kind === "each-field")) {
    const matches = (name) => step.kind === "each-field" || (step.exact ? name === step.name : name.toLowerCase() === step.name.toLowerCase());
    const kept = value.names.flatMap((name, at) => {
      const field = value.values[at];
      if (!matches(name)) return [[name, field]];
      return rest.length === 0 ? [] : [[name, without(field, rest)]];
    });
    return struct(
      kept.map(([name]) => name),
      kept.map(([, field]) => field),
      value.annotations
    );
  }
  if ((value.type === "list" || value.type === "bag" || value.type === "sexp") && step.kind !== "field") {
    const matches = (at) => step.kind === "each" || step.kind === "index" && step.index === at;
    const items = value.items.flatMap((item, at) => {
      if (!matches(at)) return [item];
      return rest.length === 0 ? [] : [without(item, rest)];
    });
    return value.type === "bag" ? bag(items) : value.type === "list" ? list(items, value.annotations) : sexp(items);
  }
  return value;
}

// ../../hashprof/work/src/values/binary-reader.ts
function decodeLazy(bytes, symbols) {
  return isIonBinary(bytes) ? decodeOnly(bytes, true) : decodeBare(bytes, symbols, true);
}
var LazyReader = class {
  #reader;
  #symbols;
  constructor(bytes, symbols) {
    this.#reader = new BinaryValueReader(bytes, symbols, true);
    this.#symbols = symbols;
  }
  /** The value that lies from `start` to `end`. */
  read(start, end) {
    const reader = this.#reader;
    if (reader.bytes[start] === 224) return decodeLazy(reader.bytes.subarray(start, end), this.#symbols);
    reader.at = start;
    const value = reader.readValue(end, 0);
    return value === void 0 || reader.at !== end ? reader.fail("expected exactly one value") : value;
  }
};
function detached(value) {
  if (isLazy(value)) return value.detached();
  if (value.type !== "struct" || !hasLazy(value.values)) return value;
  const values = value.values.map((field) => isLazy(field) ? field.detached() : field);
  return struct(value.names, values, value.annotations);
}
function hasLazy(values) {
  for (let at = 0; at < values.length; at += 1) if (isLazy(values[at])) return true;
  return false;
}
function decodeRaw(bytes, symbols) {
  return isIonBinary(bytes) ? decodeOnly(bytes, false) : decodeBare(bytes, symbols, false);
}
function isIonBinary(bytes) {
  return bytes[0] === 224 && bytes[1] === 1 && bytes[2] === 0 && bytes[3] === 234;
}
function decodeBare(bytes, symbols, isLazy2) {
  const reader = new BinaryValueReader(bytes, symbols, isLazy2);
  const value = reader.readValue(bytes.length, 0);
  return value === void 0 || reader.at !== bytes.length ? reader.fail("expected exactly one value") : value;
}
function decodeOnly(bytes, isLazy2) {
  const stream = new Stream(bytes, isLazy2);
  const value = stream.next();
  if (value === void 0) throw new LedgerError("ion/malformed", "expected an Ion value, found none");
  if (stream.next() !== void 0) throw new LedgerError("ion/malformed", "expected one Ion value, found a second");
  return value;
}
var Stream = class {
  #bytes;
  #isLazy;
  #symbols = new LocalSymbolTable();
  #reader;
  constructor(bytes, isLazy2) {
    this.#bytes = bytes;
    this.#isLazy = isLazy2;
    this.#reader = new BinaryValueReader(bytes, this.#symbols, isLazy2);
    if (bytes.length > 0 && !isIonBinary(bytes)) this.#reader.fail("expected the version marker of Ion 1.0");
  }
  next() {
    for (; ; ) {
      const reader = this.#reader;
      const { at } = reader;
      if (at >= this.#bytes.length) return void 0;
      if (this.#bytes[at] === 224) {
        if (!isIonBinary(this.#bytes.subarray(at, at + 4))) reader.fail("expected the version marker of Ion 1.0");
        this.#switchSymbols(new LocalSymbolTable(), at + 4);
        continue;
      }
      const value = reader.readValue(this.#bytes.length, 0);
      if (value === void 0) continue;
      if (value.type !== "struct" || value.annotations?.[0] !== symbolTableText) return value;
      this.#switchSymbols(declareSymbols(value, this.#symbols), reader.at);
    }
  }
  /** A reader of its own for each table: lazy values that the last one made still need theirs. */
  #switchSymbols(symbols, at) {
    this.#symbols = symbols;
    this.#reader = new BinaryValueReader(this.#bytes, symbols, this.#isLazy, at);
  }
};

// ../../hashprof/work/src/exec/functions/definition.ts
var kinds = {
  any: void 0,
  text: ["string", "symbol"],
  bytes: ["string", "symbol", "blob", "clob"],
  int: ["int"],
  number: ["int", "float", "decimal"],
  amount: ["int", "float", "decimal", "interval"],
  timestamp: ["timestamp"],
  moment: ["timestamp", "date", "time"],
  extractable: ["timestamp", "date", "time", "interval"],
  sequence: ["list", "bag", "sexp"],
  pair: ["list", "bag"],
  collection: ["list", "bag", "sexp", "struct"]
};
function define(name, parameters, body, absent = "propagate") {
  const kindsOf = parameters.map((parameter) => parameter.replace(/[?*]$/, ""));
  const rest = parameters.at(-1)?.endsWith("*") ? kindsOf.at(-1) : void 0;
  const accepted = kindsOf.map((kind) => kinds[kind]);
  const acceptedRest = rest === void 0 ? void 0 : kinds[rest];
  const check = (args) => {
    for (let index = 0; index < args.length; index += 1) {
      const types = index < accepted.length ? accepted[index] : acceptedRest;
      const { type } = args[index];
      if (types !== void 0 && !types.includes(type) && type !== "null" && type !== "missing") {
        throw argumentTypes(name, kindsOf, args);
      }
    }
  };
  return {
    name,
    argumentsMin: parameters.filter((parameter) => !/[?*]$/.test(parameter)).length,
    argumentsMax: rest === void 0 ? parameters.length : Infinity,
    absent,
    check,
    call: (args, context) => {
      check(args);
      return body(args, context);
    }
  };
}
function argumentTypes(name, wanted, args) {
  const expected2 = wanted.map((kind) => kinds[kind]?.join(" or ").toUpperCase() ?? "ANY").join(", ");
  const found = args.map((argument) => argument.type.toUpperCase()).join(", ");
  return mismatch2(`Invalid argument types for ${name}, expected: ${expected2} got: ${found}`);
}
function mismatch2(message) {
  return new LedgerError("evaluator/type-mismatch", message);
}

// ../../hashprof/work/src/exec/functions/aggregates.ts
var aggregates = [
  { name: "count", start: () => new Count() },
  { name: "sum", start: () => new Sum() },
  { name: "avg", start: () => new Average() },
  { name: "min", start: () => new Extreme(-1) },
  { name: "max", start: () => new Extreme(1) },
  { name: "any", start: () => new Quantified("any", true) },
  { name: "some", start: () => new Quantified("some", true) },
  { name: "every", start: () => new Quantified("every", false) }
];
var byName = new Map(aggregates.map((aggregate) => [aggregate.name, aggregate]));
function findAggregate(name) {
  return byName.get(name);
}
function aggregateNames2() {
  return [...byName.keys()];
}
var Count = class {
  #count = 0;
  add(value) {
    if (!isAbsent(value)) this.#count += 1;
  }
  result() {
    return int(this.#count);
  }
};
var Total = class {
  #name;
  #small = 0;
  #sum;
  count = 0;
  constructor(name) {
    this.#name = name;
  }
  add(value) {
    if (isAbsent(value)) return;
    if (!isNumber(value) && value.type !== "interval") {
      throw mismatch2(`Invalid argument types for ${this.#name}, expected: NUMBER got: ${value.type.toUpperCase()}`);
    }
    this.count += 1;
    if (value.type === "int" && typeof value.value === "number") {
      const next = this.#small + value.value;
      if (Number.isSafeInteger(next)) {
        this.#small = next;
        return;
      }
    }
    this.#sum = this.#sum === void 0 ? value : add(this.#sum, value);
  }
  get sum() {
    if (this.#sum === void 0) return int(this.#small);
    return this.#small === 0 ? this.#sum : add(this.#sum, int(this.#small));
  }
};
var Sum = class {
  #total = new Total("sum");
  add(value) {
    this.#total.add(value);
  }
  result() {
    return this.#total.count === 0 ? nullValue : this.#total.sum;
  }
};
var Average = class {
  #total = new Total("avg");
  add(value) {
    this.#total.add(value);
  }
  /** A decimal: the count it is divided by is one. */
  result() {
    const { count, sum } = this.#total;
    return count === 0 ? nullValue : divide(sum, decimal(BigInt(count), 0));
  }
};
var Extreme = class {
  #sign;
  #best;
  constructor(sign2) {
    this.#sign = sign2;
  }
  add(value) {
    if (isAbsent(value)) return;
    if (this.#best === void 0 || compareTotal(value, this.#best) * this.#sign > 0) this.#best = value;
  }
  result() {
    return this.#best ?? nullValue;
  }
};
var Quantified = class {
  #name;
  #decisive;
  #result;
  constructor(name, decisive) {
    this.#name = name;
    this.#decisive = decisive;
  }
  add(value) {
    if (isAbsent(value)) return;
    if (value.type !== "bool") {
      throw mismatch2(`Invalid argument types for ${this.#name}, expected: BOOL got: ${value.type.toUpperCase()}`);
    }
    if (this.#result !== this.#decisive) this.#result = value.value;
  }
  result() {
    return this.#result === void 0 ? nullValue : bool(this.#result);
  }
};

// ../../hashprof/work/src/exec/saved-rows.ts
function copySlots(frame, slots) {
  const row = new Array(slots.length);
  for (let at = 0; at < slots.length; at += 1) row[at] = detached(frame.slots[slots[at]]);
  return row;
}
function restoreSlots(frame, slots, row) {
  for (let at = 0; at < slots.length; at += 1) frame.slots[slots[at]] = row[at];
}
function forEachRow(rows, work) {
  try {
    while (rows.next()) work();
  } finally {
    rows.close();
  }
}
function savedCursor(rows, slots, frame) {
  let position2 = 0;
  return {
    next() {
      const row = rows[position2];
      if (row === void 0) return false;
      frame.step();
      restoreSlots(frame, slots, row);
      position2 += 1;
      return true;
    },
    close() {
    }
  };
}

// ../../hashprof/work/src/exec/value-map.ts
var ValueMap = class {
  #texts = /* @__PURE__ */ new Map();
  #others = /* @__PURE__ */ new Map();
  get(key2) {
    return key2.type === "string" || key2.type === "symbol" ? this.#texts.get(key2.value) : this.#others.get(otherKey(key2));
  }
  set(key2, entry) {
    if (key2.type === "string" || key2.type === "symbol") this.#texts.set(key2.value, entry);
    else this.#others.set(otherKey(key2), entry);
  }
};
var wholeNumber = /^n-?\d+$/;
function otherKey(value) {
  if (value.type === "int" && typeof value.value === "number") return value.value;
  const text2 = equalityKey(value);
  return wholeNumber.test(text2) ? Number(text2.slice(1)) : text2;
}
function tupleKey(values) {
  let text2 = "";
  for (const value of values) {
    const key2 = equalityKey(value);
    text2 += `${key2.length}:${key2}`;
  }
  return text2;
}

// ../../hashprof/work/src/exec/group.ts
function compileGroup(operator2, compiler) {
  const open2 = compileOperator(operator2.input, compiler);
  const keys = operator2.keys.map((key2) => compileExpression(key2.value, compiler));
  const aggregates2 = operator2.aggregates.map((aggregate) => compileAggregate(aggregate, compiler));
  const { groupAs } = operator2;
  const slots = [
    ...operator2.keys.map((key2) => key2.slot),
    ...operator2.aggregates.map((aggregate) => aggregate.slot),
    ...groupAs === void 0 ? [] : [groupAs.slot]
  ];
  return (frame) => {
    const groups = [];
    const start = (values) => {
      const accumulators = aggregates2.map((aggregate) => aggregate.start(frame));
      const group = { keys: values.map(detached), accumulators, members: [] };
      groups.push(group);
      return group;
    };
    const groupOfRow = groupFinder(keys, start, frame);
    forEachRow(open2(frame), () => {
      const group = groupOfRow();
      const { accumulators } = group;
      for (let at = 0; at < accumulators.length; at += 1) accumulators[at].add();
      if (groupAs !== void 0) group.members.push(memberOf(groupAs.fields, frame));
    });
    const results = groups.map((group) => [
      ...group.keys,
      ...group.accumulators.map((accumulator) => accumulator.result()),
      ...groupAs === void 0 ? [] : [bag(group.members)]
    ]);
    return savedCursor(results, slots, frame);
  };
}
function groupFinder(keys, start, frame) {
  const [only, second] = keys;
  if (only === void 0) {
    const all = start([]);
    return () => all;
  }
  if (second === void 0) {
    const groups2 = new ValueMap();
    return () => {
      const value = groupKey(only(frame));
      const known = groups2.get(value);
      if (known !== void 0) return known;
      const group = start([value]);
      groups2.set(value, group);
      return group;
    };
  }
  const groups = /* @__PURE__ */ new Map();
  return () => {
    const values = keys.map((key2) => groupKey(key2(frame)));
    const text2 = tupleKey(values);
    const known = groups.get(text2);
    if (known !== void 0) return known;
    const group = start(values);
    groups.set(text2, group);
    return group;
  };
}
function groupKey(value) {
  return isAbsent(value) ? nullValue : value;
}
function memberOf(fields3, frame) {
  const present = fields3.filter((field) => frame.slots[field.slot]?.type !== "missing");
  return struct(
    present.map((field) => field.name),
    present.map((field) => detached(frame.slots[field.slot]))
  );
}
function compileAggregate(aggregate, compiler) {
  const { name, argument, distinct: distinct2, span: span2 } = aggregate;
  const filter = aggregate.filter && compileTest(aggregate.filter, compiler);
  if (argument === void 0) return { start: (frame) => countRows(frame, filter) };
  const definition = findAggregate(name);
  if (definition === void 0) {
    compiler.errors.add(noSuchFunction(name, span2));
    return { start: (frame) => countRows(frame, filter) };
  }
  const evaluate = compileExpression(argument, compiler);
  return { start: (frame) => new ValueAggregate(definition.start(), evaluate, distinct2, filter, frame, compiler, span2) };
}
function countRows(frame, filter) {
  let count = 0;
  return {
    add() {
      if (filter === void 0 || filter(frame)) count += 1;
    },
    result: () => int(count)
  };
}
var ValueAggregate = class {
  #accumulator;
  #evaluate;
  #filter;
  #frame;
  #compiler;
  #span;
  #seen;
  #failure;
  constructor(accumulator, evaluate, distinct2, filter, frame, compiler, span2) {
    this.#accumulator = accumulator;
    this.#evaluate = evaluate;
    this.#filter = filter;
    this.#frame = frame;
    this.#compiler = compiler;
    this.#span = span2;
    this.#seen = distinct2 ? /* @__PURE__ */ new Set() : void 0;
  }
  add() {
    if (this.#filter !== void 0 && !this.#filter(this.#frame)) return;
    const value = this.#evaluate(this.#frame);
    if (isAbsent(value)) return;
    if (this.#seen !== void 0) {
      const key2 = equalityKey(value);
      if (this.#seen.has(key2)) return;
      this.#seen.add(key2);
    }
    try {
      this.#accumulator.add(value);
    } catch (error) {
      this.#failure = failed(error, this.#compiler, this.#span);
    }
  }
  result() {
    if (this.#failure !== void 0) return this.#failure;
    try {
      return this.#accumulator.result();
    } catch (error) {
      return failed(error, this.#compiler, this.#span);
    }
  }
};

// ../../hashprof/work/src/exec/join.ts
function compileJoin(join3, compiler) {
  const left = compileOperator(join3.left, compiler);
  const right = compileOperator(join3.right, compiler);
  const on = join3.on.length === 0 ? void 0 : compileTests(join3.on, compiler);
  if (join3.join === "full") return (frame) => fullJoin(join3, left, right, on, frame);
  const { hash: hash3 } = join3;
  if (hash3 === void 0) return (frame) => new JoinCursor(join3, left(frame), () => right(frame), on, frame);
  const leftKeys = compileKeys(hash3.left, compiler);
  const rightKeys = compileKeys(hash3.right, compiler);
  return (frame) => {
    const partners = new Partners(right, rightKeys, leftKeys, join3.rightSlots, frame);
    return new HashJoinCursor(join3, left(frame), partners, on, frame);
  };
}
var JoinCursor = class {
  #keepsLeft;
  #rightSlots;
  #left;
  #openRight;
  #on;
  #frame;
  #right;
  #matched = false;
  constructor(join3, left, openRight, on, frame) {
    this.#keepsLeft = join3.join === "left";
    this.#rightSlots = join3.rightSlots;
    this.#left = left;
    this.#openRight = openRight;
    this.#on = on;
    this.#frame = frame;
  }
  next() {
    for (; ; ) {
      if (this.#right === void 0) {
        if (!this.#left.next()) return false;
        this.#matched = false;
        this.#right = this.#openRight();
      }
      while (this.#right.next()) {
        if (this.#on !== void 0 && !this.#on(this.#frame)) continue;
        this.#matched = true;
        return true;
      }
      this.#right = void 0;
      if (this.#keepsLeft && !this.#matched) {
        for (const slot of this.#rightSlots) this.#frame.slots[slot] = nullValue;
        return true;
      }
    }
  }
  close() {
    this.#right?.close();
    this.#left.close();
  }
};
var HashJoinCursor = class {
  #keepsLeft;
  #rightSlots;
  #left;
  #partners;
  #on;
  #frame;
  #rows;
  #position = 0;
  #matched = false;
  constructor(join3, left, partners, on, frame) {
    this.#keepsLeft = join3.join === "left";
    this.#rightSlots = join3.rightSlots;
    this.#left = left;
    this.#partners = partners;
    this.#on = on;
    this.#frame = frame;
  }
  next() {
    const frame = this.#frame;
    for (; ; ) {
      const rows = this.#rows;
      if (rows !== void 0) {
        while (this.#position < rows.length) {
          frame.step();
          restoreSlots(frame, this.#rightSlots, rows[this.#position]);
          this.#position += 1;
          if (this.#on !== void 0 && !this.#on(frame)) continue;
          this.#matched = true;
          return true;
        }
        this.#rows = void 0;
        if (this.#keepsLeft && !this.#matched) {
          for (const slot of this.#rightSlots) frame.slots[slot] = nullValue;
          return true;
        }
      }
      if (!this.#left.next()) return false;
      this.#rows = this.#partners.ofRow();
      this.#position = 0;
      this.#matched = false;
    }
  }
  close() {
    this.#left.close();
  }
};
var noRows = [];
function compileKeys(keys, compiler) {
  const evaluate = keys.map((key2) => compileExpression(key2, compiler));
  const [only, second] = evaluate;
  if (only !== void 0 && second === void 0) {
    return (frame) => {
      const value = only(frame);
      return isAbsent(value) ? void 0 : value;
    };
  }
  return (frame) => {
    const values = [];
    for (const key2 of evaluate) {
      const value = key2(frame);
      if (isAbsent(value)) return void 0;
      values.push(value);
    }
    return string(tupleKey(values));
  };
}
var Partners = class {
  #open;
  #rightKeys;
  #leftKeys;
  #slots;
  #frame;
  #table;
  constructor(open2, rightKeys, leftKeys, slots, frame) {
    this.#open = open2;
    this.#rightKeys = rightKeys;
    this.#leftKeys = leftKeys;
    this.#slots = slots;
    this.#frame = frame;
  }
  /** Those of the left row that the frame holds. NULL and MISSING equal nothing. */
  ofRow() {
    this.#table ??= this.#read();
    const key2 = this.#leftKeys(this.#frame);
    return (key2 && this.#table.get(key2)) ?? noRows;
  }
  #read() {
    const table = new ValueMap();
    const frame = this.#frame;
    forEachRow(this.#open(frame), () => {
      const key2 = this.#rightKeys(frame);
      if (key2 === void 0) return;
      const row = copySlots(frame, this.#slots);
      const bucket = table.get(key2);
      if (bucket === void 0) table.set(key2, [row]);
      else bucket.push(row);
    });
    return table;
  }
};
function fullJoin(join3, openLeft, openRight, on, frame) {
  const rows = [];
  forEachRow(openRight(frame), () => rows.push(copySlots(frame, join3.rightSlots)));
  const found = /* @__PURE__ */ new Set();
  const left = openLeft(frame);
  const { leftSlots, rightSlots } = join3;
  const partners = function* () {
    while (left.next()) {
      let matched = false;
      const saved = copySlots(frame, leftSlots);
      for (const row of rows) {
        restoreSlots(frame, leftSlots, saved);
        restoreSlots(frame, rightSlots, row);
        frame.step();
        if (on !== void 0 && !on(frame)) continue;
        matched = true;
        found.add(row);
        yield true;
      }
      if (matched) continue;
      for (const slot of rightSlots) frame.slots[slot] = nullValue;
      yield true;
    }
    for (const row of rows) {
      if (found.has(row)) continue;
      for (const slot of leftSlots) frame.slots[slot] = nullValue;
      restoreSlots(frame, rightSlots, row);
      yield true;
    }
  };
  const all = partners();
  return { next: () => all.next().done !== true, close: () => left.close() };
}

// ../../hashprof/work/src/exec/scan.ts
function compileTableScan(scan, compiler) {
  if (scan.source.kind === "system") return systemScan(scan, scan.source.name);
  const openDocuments = documentsOf(scan, compiler);
  const { slot, atSlot, bySlot } = scan;
  return (frame) => {
    const documents = openDocuments(frame);
    const { slots } = frame;
    return {
      next() {
        const found = documents.next();
        if (found.done === true) return false;
        frame.step();
        slots[slot] = found.value.value;
        if (bySlot !== void 0) slots[bySlot] = string(found.value.documentId);
        if (atSlot !== void 0) slots[atSlot] = missing;
        return true;
      },
      close: () => void documents.return?.()
    };
  };
}
function documentsOf(scan, compiler) {
  const { source, access } = scan;
  if (source.kind === "history") return historyOf(source, access, compiler);
  if (source.kind !== "table") throw new LedgerError("semantic/invalid", "this source has no documents");
  const { table, view: view2 } = source;
  const { tableId } = table;
  if (access.kind === "scan") return (frame) => frame.context.source.scan(tableId, view2)[Symbol.iterator]();
  const key2 = compileExpression(access.key, compiler);
  if (access.kind === "id") {
    return (frame) => {
      const rows = keysOf(key2(frame), access.many).flatMap((id) => {
        if (id.type !== "string" && id.type !== "symbol") return [];
        return frame.context.source.findById(tableId, view2, id.value) ?? [];
      });
      return rows[Symbol.iterator]();
    };
  }
  const { indexId } = access.index;
  return (frame) => {
    const keys = keysOf(key2(frame), access.many);
    const { source: documents } = frame.context;
    if (keys.length === 1) return documents.findByIndex(tableId, view2, indexId, keys[0])[Symbol.iterator]();
    return byKeys(keys, (one) => documents.findByIndex(tableId, view2, indexId, one));
  };
}
function keysOf(key2, many) {
  if (!many) return isAbsent(key2) ? [] : [key2];
  if (key2.type !== "list" && key2.type !== "bag" && key2.type !== "sexp") return [];
  const present = key2.items.filter((item) => !isAbsent(item));
  return [...new Map(present.map((item) => [equalityKey(item), item])).values()];
}
function* byKeys(keys, find) {
  const given = /* @__PURE__ */ new Set();
  for (const key2 of keys) {
    for (const row of find(key2)) {
      if (given.has(row.documentId)) continue;
      given.add(row.documentId);
      yield row;
    }
  }
}
function historyOf(source, access, compiler) {
  const bounds = [source.from, source.to].map((bound) => bound && compileExpression(bound, compiler));
  const spans = [source.from?.span, source.to?.span];
  const key2 = access.kind === "id" ? compileExpression(access.key, compiler) : void 0;
  return (frame) => {
    const [from, to] = bounds.map((bound, position2) => {
      const value = bound?.(frame);
      if (value === void 0 || value.type === "timestamp") return value;
      const span2 = spans[position2];
      throw new LedgerError("evaluator/invalid", `history() takes timestamps as its bounds, not ${value.type}`, {
        ...span2 === void 0 ? {} : { span: span2 }
      });
    });
    const { source: documents } = frame.context;
    const { tableId } = source.table;
    if (key2 === void 0 || documents.historyOf === void 0)
      return documents.history(tableId, from, to)[Symbol.iterator]();
    return revisionsOf(keysOf(key2(frame), access.kind === "id" && access.many), tableId, documents, from, to);
  };
}
function* revisionsOf(ids, tableId, documents, from, to) {
  for (const id of ids) {
    if (id.type === "string" || id.type === "symbol") yield* documents.historyOf?.(tableId, id.value, from, to) ?? [];
  }
}
function systemRows(frame, name) {
  const rows = frame.context.source.systemView(name);
  if (rows !== void 0) return rows;
  throw new LedgerError("semantic/no-such-variable", `No such variable named 'information_schema.${name}'`);
}
function systemScan({ slot, atSlot, bySlot }, name) {
  return (frame) => {
    const rows = systemRows(frame, name)[Symbol.iterator]();
    for (const unused of [atSlot, bySlot]) if (unused !== void 0) frame.slots[unused] = missing;
    return {
      next() {
        const found = rows.next();
        if (found.done === true) return false;
        frame.step();
        frame.slots[slot] = found.value;
        return true;
      },
      close: () => void rows.return?.()
    };
  };
}
function tableBag(source, compiler) {
  if (source.kind === "system") return (frame) => bag([...systemRows(frame, source.name)]);
  const scan = {
    kind: "scan-table",
    source,
    access: { kind: "scan" },
    alias: "",
    slot: 0,
    atSlot: void 0,
    bySlot: void 0
  };
  const open2 = documentsOf(scan, compiler);
  return (frame) => {
    const items = [];
    const documents = open2(frame);
    for (let found = documents.next(); found.done !== true; found = documents.next()) {
      frame.step();
      items.push(found.value.value);
    }
    return bag(items);
  };
}
function compileValueScan(scan, compiler) {
  if (scan.unpivot) return compileUnpivot(scan, compiler);
  const { value } = scan;
  if (value.kind === "query" && value.coercion === "none" && value.query.kind === "select")
    return rowScan(scan, compiler);
  const evaluate = compileExpression(value, compiler);
  if (value.kind === "global") return globalScan(scan, value.name, evaluate, compiler);
  return (frame) => range(scan, evaluate(frame), frame, compiler);
}
function globalScan(scan, name, evaluate, compiler) {
  const { slot, atSlot, bySlot } = scan;
  return (frame) => {
    const rows = frame.context.source.globalRows?.(name)?.[Symbol.iterator]();
    if (rows === void 0) return range(scan, evaluate(frame), frame, compiler);
    if (bySlot !== void 0) frame.slots[bySlot] = missing;
    let ordinal = 0;
    return {
      next() {
        const found = rows.next();
        if (found.done === true) return false;
        frame.step();
        frame.slots[slot] = found.value;
        if (atSlot !== void 0) frame.slots[atSlot] = int(ordinal);
        ordinal += 1;
        return true;
      },
      close: () => void rows.return?.()
    };
  };
}
function rowScan(scan, compiler) {
  const query = scan.value.query;
  const { open: open2, ordered } = compileRowSource(query, compiler);
  const { slot, atSlot } = scan;
  const openRows = isCorrelated(query) ? open2 : openedOnce(open2, scan);
  return (frame) => {
    const rows = openRows(frame);
    if (scan.bySlot !== void 0) frame.slots[scan.bySlot] = missing;
    let ordinal = 0;
    return {
      next() {
        const found = rows.next();
        if (found.done === true) return false;
        frame.slots[slot] = found.value;
        if (atSlot !== void 0) frame.slots[atSlot] = ordinalOf(ordered, ordinal, scan, compiler);
        ordinal += 1;
        return true;
      },
      close: () => void rows.return?.()
    };
  };
}
function openedOnce(open2, scan) {
  return (frame) => {
    const held = frame.results.get(scan);
    if (held === void 0) {
      frame.results.set(scan, missing);
      return open2(frame);
    }
    if (held.type === "bag") return held.items[Symbol.iterator]();
    const rows = bag(collect(open2(frame)));
    frame.results.set(scan, rows);
    return rows.items[Symbol.iterator]();
  };
}
function ordinalOf(ordered, ordinal, scan, compiler) {
  return ordered ? int(ordinal) : nowhere(compiler, scan.span, "AT needs a list: a bag has no order");
}
function range(scan, value, frame, compiler) {
  const { slot, atSlot, bySlot } = scan;
  const { slots } = frame;
  if (bySlot !== void 0) slots[bySlot] = missing;
  const isList = value.type === "list" || value.type === "sexp";
  if (!isList && value.type !== "bag") return single(scan, value, frame, compiler);
  const { items } = value;
  let position2 = 0;
  return {
    next() {
      if (position2 === items.length) return false;
      frame.step();
      slots[slot] = items[position2];
      if (atSlot !== void 0) slots[atSlot] = ordinalOf(isList, position2, scan, compiler);
      position2 += 1;
      return true;
    },
    close() {
    }
  };
}
function single(scan, value, frame, compiler) {
  let given = scan.unnests && value.type === "missing";
  if (!given) nowhere(compiler, scan.span, `FROM takes a list or a bag, not ${value.type}`);
  return {
    next() {
      if (given) return false;
      given = true;
      frame.slots[scan.slot] = value;
      if (scan.atSlot !== void 0) frame.slots[scan.atSlot] = missing;
      return true;
    },
    close() {
    }
  };
}
function compileUnpivot(scan, compiler) {
  const evaluate = compileExpression(scan.value, compiler);
  const { slot, atSlot, bySlot } = scan;
  return (frame) => {
    const value = evaluate(frame);
    if (value.type !== "struct") nowhere(compiler, scan.span, `UNPIVOT takes a struct, not ${value.type}`);
    const names2 = value.type === "struct" ? value.names : value.type === "missing" ? [] : ["_1"];
    const values = value.type === "struct" ? value.values : [value];
    if (bySlot !== void 0) frame.slots[bySlot] = missing;
    let position2 = 0;
    return {
      next() {
        if (position2 === names2.length) return false;
        frame.step();
        frame.slots[slot] = values[position2];
        if (atSlot !== void 0) frame.slots[atSlot] = string(names2[position2]);
        position2 += 1;
        return true;
      },
      close() {
      }
    };
  };
}

// ../../hashprof/work/src/exec/sort.ts
function compileSort(sort, compiler) {
  const { slots } = sort;
  if (holdsAll(sort)) {
    const openSorted = compileSorted(sort, (frame) => copySlots(frame, slots), compiler);
    return (frame) => savedCursor(openSorted(frame), slots, frame);
  }
  const open2 = compileOperator(sort.input, compiler);
  const order2 = compileKeys2(sort.keys, compiler);
  const bounds = compileBounds(sort.top, compiler);
  const byKeys2 = (a, b) => order2.compare(a.keys, b.keys);
  return (frame) => {
    const { limit, offset } = bounds(frame);
    const wanted = limit + offset;
    const heldMax = 2 * wanted + 1e3;
    const held = [];
    forEachRow(open2(frame), () => {
      held.push({ keys: order2.keysOf(frame), row: copySlots(frame, slots) });
      if (held.length <= heldMax) return;
      held.sort(byKeys2);
      held.length = wanted;
    });
    held.sort(byKeys2);
    return savedCursor(
      held.map((one) => one.row),
      slots,
      frame
    );
  };
}
function holdsAll({ top }) {
  return top === void 0 || top.limit === void 0 && top.offset === void 0;
}
function compileSorted({ input, keys }, make, compiler) {
  const open2 = compileOperator(input, compiler);
  const evaluate = keys.map((key2) => compileExpression(key2.value, compiler));
  return (frame) => {
    const columns2 = keys.map(() => []);
    const made = [];
    forEachRow(open2(frame), () => {
      for (let at = 0; at < columns2.length; at += 1) {
        ;
        columns2[at].push(detached(evaluate[at](frame)));
      }
      made.push(make(frame));
    });
    const compare2 = columns2.map((column, at) => columnOrder(column, keys[at]));
    const order2 = made.map((_, position2) => position2);
    const [only, second] = compare2;
    if (only !== void 0 && second === void 0) order2.sort(only);
    else order2.sort((a, b) => compare2.reduce((found, one) => found === 0 ? one(a, b) : found, 0));
    return order2.map((position2) => made[position2]);
  };
}
function columnOrder(column, key2) {
  const sign2 = key2.descending ? -1 : 1;
  if (column.every((value) => value.type === "int" && typeof value.value === "number")) {
    const numbers = Float64Array.from(column, (value) => value.value);
    return (a, b) => (numbers[a] - numbers[b]) * sign2;
  }
  return (a, b) => compareKeys(column[a], column[b], key2);
}
function compileKeys2(keys, compiler) {
  const evaluate = keys.map((key2) => compileExpression(key2.value, compiler));
  return {
    keysOf: (frame) => evaluate.map((key2) => key2(frame)),
    compare(a, b) {
      for (let at = 0; at < keys.length; at += 1) {
        const order2 = compareKeys(a[at], b[at], keys[at]);
        if (order2 !== 0) return order2;
      }
      return 0;
    }
  };
}
function compareKeys(a, b, { descending: descending2, nullsFirst }) {
  const absentFirst = isAbsent(a);
  const absentSecond = isAbsent(b);
  if (absentFirst || absentSecond) return absentFirst === absentSecond ? 0 : absentFirst === nullsFirst ? -1 : 1;
  const order2 = compareTotal(a, b);
  return descending2 ? -order2 : order2;
}

// ../../hashprof/work/src/exec/window.ts
function compileWindow(operator2, compiler) {
  const open2 = compileOperator(operator2.input, compiler);
  const partitionBy = operator2.partitionBy.map((key2) => compileExpression(key2, compiler));
  const order2 = compileKeys2(operator2.orderBy, compiler);
  const { slots } = operator2;
  const functions2 = operator2.functions.map((one) => ({
    slot: one.slot,
    apply: compileFunction(one, slots, operator2.orderBy.length > 0, compiler)
  }));
  return (frame) => {
    const rows = [];
    const partitions = /* @__PURE__ */ new Map();
    forEachRow(open2(frame), () => {
      const row = { row: copySlots(frame, slots), keys: order2.keysOf(frame), result: nullValue };
      const key2 = equalityKey(list(partitionBy.map((part) => part(frame))));
      rows.push(row);
      const partition = partitions.get(key2);
      if (partition === void 0) partitions.set(key2, [row]);
      else partition.push(row);
    });
    const extended = rows.map((row) => [...row.row]);
    for (const { apply } of functions2) {
      for (const partition of partitions.values()) {
        const sorted2 = [...partition].sort((a, b) => order2.compare(a.keys, b.keys));
        apply(sorted2, (a, b) => order2.compare(a.keys, b.keys) === 0, frame);
      }
      rows.forEach((row, at) => void extended[at].push(row.result));
    }
    return savedCursor(extended, [...slots, ...functions2.map((one) => one.slot)], frame);
  };
}
function compileFunction(call, slots, isOrdered, compiler) {
  const args = call.args.map((argument) => compileExpression(argument, compiler));
  const at = (frame, row, evaluate) => {
    restoreSlots(frame, slots, row.row);
    return evaluate(frame);
  };
  const [first, second, third] = args;
  switch (call.name) {
    case "row_number":
      return (partition) => {
        for (const [position2, row] of partition.entries()) row.result = int(position2 + 1);
      };
    case "rank":
    case "dense_rank":
      return ranking(call.name === "dense_rank");
    case "lag":
    case "lead": {
      if (first === void 0) break;
      const sign2 = call.name === "lag" ? -1 : 1;
      return (partition, _peers, frame) => partition.forEach((row, position2) => {
        const distance = second === void 0 ? int(1) : at(frame, row, second);
        const steps = distance.type === "int" ? Number(distance.value) : 1;
        const other = partition[position2 + sign2 * steps];
        const otherwise = () => third === void 0 ? nullValue : at(frame, row, third);
        row.result = other === void 0 ? otherwise() : at(frame, other, first);
      });
    }
    case "first_value":
    case "last_value": {
      if (first === void 0) break;
      const isFirst = call.name === "first_value";
      return (partition, peers, frame) => partition.forEach((row, position2) => {
        let end = isOrdered ? position2 : partition.length - 1;
        while (end + 1 < partition.length && peers(partition[end + 1], row)) end += 1;
        row.result = at(frame, partition[isFirst ? 0 : end], first);
      });
    }
    default:
      return aggregating(call, slots, isOrdered, compiler);
  }
  throw new LedgerError("semantic/argument-count", `the function '${call.name}' needs an argument`, { span: call.span });
}
function ranking(isDense) {
  return (partition, peers) => {
    let rank2 = 0;
    partition.forEach((row, position2) => {
      const before = partition[position2 - 1];
      if (before === void 0 || !peers(before, row)) rank2 = isDense ? rank2 + 1 : position2 + 1;
      row.result = int(rank2);
    });
  };
}
function aggregating(call, slots, isOrdered, compiler) {
  const argument = call.args[0];
  const aggregate = compileAggregate({ ...call, argument, filter: void 0 }, compiler);
  return (partition, peers, frame) => {
    const running = aggregate.start(frame);
    let position2 = 0;
    while (position2 < partition.length) {
      let end = isOrdered ? position2 : partition.length - 1;
      while (end + 1 < partition.length && peers(partition[end + 1], partition[position2]))
        end += 1;
      const peersHere = partition.slice(position2, end + 1);
      for (const row of peersHere) {
        restoreSlots(frame, slots, row.row);
        running.add();
      }
      const result = running.result();
      for (const row of peersHere) row.result = isAbsent(result) ? nullValue : result;
      position2 = end + 1;
    }
  };
}

// ../../hashprof/work/src/exec/operators.ts
function compileOperator(operator2, compiler) {
  switch (operator2.kind) {
    case "one-row":
      return oneRow;
    case "scan-table":
      return compileTableScan(operator2, compiler);
    case "scan-value":
      return compileValueScan(operator2, compiler);
    case "filter":
      return compileFilter(operator2, compiler);
    case "join":
      return compileJoin(operator2, compiler);
    case "let":
      return compileLet(operator2, compiler);
    case "group":
      return compileGroup(operator2, compiler);
    case "sort":
      return compileSort(operator2, compiler);
    case "window":
      return compileWindow(operator2, compiler);
  }
}
function oneRow() {
  let given = false;
  return {
    next() {
      if (given) return false;
      given = true;
      return true;
    },
    close() {
    }
  };
}
function compileFilter({ input, conditions }, compiler) {
  const open2 = compileOperator(input, compiler);
  const test = compileTests(conditions, compiler);
  return (frame) => {
    const rows = open2(frame);
    return {
      next() {
        while (rows.next()) if (test(frame)) return true;
        return false;
      },
      close: () => rows.close()
    };
  };
}
function compileLet({ input, slot, value }, compiler) {
  const open2 = compileOperator(input, compiler);
  const evaluate = compileExpression(value, compiler);
  return (frame) => {
    const rows = open2(frame);
    return {
      next() {
        if (!rows.next()) return false;
        frame.slots[slot] = evaluate(frame);
        return true;
      },
      close: () => rows.close()
    };
  };
}

// ../../hashprof/work/src/exec/set-operation.ts
function compileSetOperation(query, compiler) {
  const left = compileExpression(query.left, compiler);
  const right = compileExpression(query.right, compiler);
  const bounds = compileBounds(query, compiler);
  const sort = query.sort && { slot: query.sort.slot, ...compileKeys2(query.sort.keys, compiler) };
  return (frame) => {
    const [a, b] = operands(left(frame), right(frame), query, compiler);
    if (!query.outer) checkRelations(a, b, query);
    let items = combine(query, a, b);
    if (sort !== void 0) {
      const keyed = items.map((item) => {
        frame.slots[sort.slot] = item;
        return { item, keys: sort.keysOf(frame) };
      });
      keyed.sort((x, y) => sort.compare(x.keys, y.keys));
      items = keyed.map((one) => one.item);
    }
    const { offset, limit } = bounds(frame);
    if (offset > 0 || limit < items.length) items = items.slice(offset, offset + limit);
    return sort === void 0 ? bag(items) : list(items);
  };
}
function operands(a, b, query, compiler) {
  if (isAbsent(a) && isAbsent(b)) {
    mistyped(compiler, query.span, `${query.op.toUpperCase()} takes collections`);
    return query.op === "except" ? [[], []] : [[nullValue], [nullValue]];
  }
  return [isAbsent(a) ? [] : elementsOf(a, query, compiler), isAbsent(b) ? [] : elementsOf(b, query, compiler)];
}
function elementsOf(value, query, compiler) {
  if (value.type === "bag" || value.type === "list" || value.type === "sexp") return value.items;
  mistyped(compiler, query.span, `${query.op.toUpperCase()} takes collections, not ${value.type}`);
  return [value];
}
function combine({ op, all }, a, b) {
  if (op === "union") {
    if (all) return [...a, ...b];
    const first = /* @__PURE__ */ new Map();
    for (const item of [...a, ...b]) {
      const key2 = equalityKey(item);
      if (!first.has(key2)) first.set(key2, item);
    }
    return [...first.values()];
  }
  const counts = /* @__PURE__ */ new Map();
  for (const item of b) {
    const key2 = equalityKey(item);
    counts.set(key2, (counts.get(key2) ?? 0) + 1);
  }
  const given = /* @__PURE__ */ new Set();
  return a.filter((item) => {
    const key2 = equalityKey(item);
    const count = counts.get(key2) ?? 0;
    if (all) counts.set(key2, count - 1);
    else if (given.has(key2)) return false;
    given.add(key2);
    return count > 0 === (op === "intersect");
  });
}
function checkRelations(a, b, { op, span: span2, left, right }) {
  const areKnown = hasColumns(left) && hasColumns(right);
  const refuse2 = (what) => {
    throw new LedgerError("evaluator/invalid", `${op.toUpperCase()} needs both sides to ${what}`, {
      span: span2,
      help: `OUTER ${op.toUpperCase()} combines any values`
    });
  };
  const rows = [...a, ...b];
  const [widthOfA, widthOfB] = [widthOf(a), widthOf(b)];
  if (!areKnown && widthOfA !== void 0 && widthOfB !== void 0 && widthOfA !== widthOfB) {
    refuse2("have as many columns");
  }
  if (rows.some((row) => row.type !== "struct")) refuse2("be bags of structs");
  const types = [];
  for (const row of rows) {
    if (row.type !== "struct") continue;
    row.values.forEach((value, at) => {
      const group = typeGroup(value);
      if (group !== void 0 && types[at] !== void 0 && types[at] !== group) {
        if (widthOfA !== void 0 && widthOfA === widthOfB) refuse2("have columns of comparable types");
      }
      types[at] ??= group;
    });
  }
}
function hasColumns(side) {
  return side.kind === "query" && side.query.kind === "select" && side.query.columns !== void 0;
}
function widthOf(rows) {
  const widths = new Set(rows.map((row) => row.type === "struct" ? row.values.length : 0));
  return widths.size === 1 ? [...widths][0] : void 0;
}
function typeGroup(value) {
  switch (value.type) {
    case "null":
    case "missing":
      return void 0;
    case "int":
    case "float":
    case "decimal":
      return "number";
    case "string":
    case "symbol":
      return "text";
    default:
      return value.type;
  }
}

// ../../hashprof/work/src/exec/compile-query.ts
function compileSubquery(expression, compiler) {
  const evaluate = compileCoerced(expression, compiler);
  if (isCorrelated(expression.query)) return evaluate;
  return (frame) => {
    const known = frame.results.get(expression);
    if (known !== void 0) return known;
    const value = evaluate(frame);
    frame.results.set(expression, value);
    return value;
  };
}
function compileCoerced({ query, coercion, span: span2 }, compiler) {
  const evaluate = compileWhole(query, compiler);
  if (coercion === "none") return evaluate;
  if (coercion === "values") {
    return (frame) => {
      const rows = evaluate(frame);
      return rows.type === "bag" || rows.type === "list" ? bag(rows.items.map(onlyColumn)) : rows;
    };
  }
  return (frame) => {
    const rows = evaluate(frame);
    if (rows.type !== "bag" && rows.type !== "list") return rows;
    const [row, second] = rows.items;
    if (row === void 0) return nullValue;
    if (second !== void 0) return mistyped(compiler, span2, "the sub-query gives more than one row");
    return onlyColumn(row);
  };
}
function onlyColumn(row) {
  if (row.type !== "struct") return row;
  return row.values[0] ?? nullValue;
}
function compileWhole(query, compiler) {
  switch (query.kind) {
    case "select": {
      const { open: open2, ordered } = compileRowSource(query, compiler);
      const make = ordered ? list : bag;
      return (frame) => make(collect(open2(frame)));
    }
    case "pivot":
      return compilePivot(query, compiler);
    case "set":
      return compileSetOperation(query, compiler);
    case "with":
      return compileWith(query, compiler);
  }
}
function collect(rows) {
  const items = [];
  try {
    for (let found = rows.next(); found.done !== true; found = rows.next()) items.push(found.value);
    return items;
  } finally {
    rows.return?.();
  }
}
function compileWith({ bindings, body }, compiler) {
  const compiled2 = bindings.map((binding) => ({
    slot: binding.slot,
    evaluate: compileExpression(binding.value, compiler)
  }));
  const evaluate = compileExpression(body, compiler);
  return (frame) => {
    for (const binding of compiled2) frame.slots[binding.slot] = binding.evaluate(frame);
    return evaluate(frame);
  };
}
function compileRowSource(query, compiler) {
  if (query.kind !== "select") throw new LedgerError("semantic/invalid", "this query has no rows to stream");
  const value = compileExpression(query.value, compiler);
  const bounds = compileBounds(query, compiler);
  const { distinct: distinct2, input } = query;
  if (input.kind === "sort" && holdsAll(input) && !compiler.raises) {
    const openSorted = compileSorted(input, (frame) => detached(value(frame)), compiler);
    const open3 = (frame) => {
      const values = new HeldValues(openSorted(frame));
      return new SelectRows(values, values.current, distinct2, bounds(frame), frame);
    };
    return { open: open3, ordered: query.ordered };
  }
  const openInput = compileOperator(input, compiler);
  const open2 = (frame) => new SelectRows(openInput(frame), value, distinct2, bounds(frame), frame);
  return { open: open2, ordered: query.ordered };
}
var HeldValues = class {
  #values;
  #position = -1;
  constructor(values) {
    this.#values = values;
  }
  next() {
    this.#position += 1;
    return this.#position < this.#values.length;
  }
  current = () => this.#values[this.#position];
  close() {
  }
};
var SelectRows = class {
  #input;
  #value;
  #frame;
  #seen;
  #skip;
  #left;
  #isClosed = false;
  constructor(input, value, distinct2, bounds, frame) {
    this.#input = input;
    this.#value = value;
    this.#frame = frame;
    this.#seen = distinct2 ? /* @__PURE__ */ new Set() : void 0;
    this.#skip = bounds.offset;
    this.#left = bounds.limit;
  }
  next() {
    while (!this.#isClosed && this.#left > 0 && this.#input.next()) {
      if (this.#seen === void 0 && this.#skip > 0) {
        this.#skip -= 1;
        continue;
      }
      const value = this.#value(this.#frame);
      if (this.#seen !== void 0) {
        const key2 = equalityKey(value);
        if (this.#seen.has(key2)) continue;
        this.#seen.add(key2);
        if (this.#skip > 0) {
          this.#skip -= 1;
          continue;
        }
      }
      this.#left -= 1;
      return { done: false, value };
    }
    return this.return();
  }
  return() {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#input.close();
    }
    return { done: true, value: void 0 };
  }
};
function compileBounds({ limit, offset, span: span2 }, compiler) {
  const [limitOf, offsetOf] = [limit, offset].map((bound) => bound && compileExpression(bound, compiler));
  const read = (evaluate, frame, otherwise) => {
    const value = evaluate?.(frame);
    if (value === void 0) return otherwise;
    if (value.type === "int" && value.value >= 0) return Number(value.value);
    mistyped(compiler, span2, "LIMIT and OFFSET take whole numbers from 0 on");
    return otherwise;
  };
  return (frame) => ({
    limit: read(limitOf, frame, Number.POSITIVE_INFINITY),
    offset: read(offsetOf, frame, 0)
  });
}
function compilePivot(query, compiler) {
  const open2 = compileOperator(query.input, compiler);
  const name = compileExpression(query.name, compiler);
  const value = compileExpression(query.value, compiler);
  const bounds = compileBounds(query, compiler);
  return (frame) => {
    const { offset, limit } = bounds(frame);
    const names2 = [];
    const values = [];
    let count = 0;
    forEachRow(open2(frame), () => {
      count += 1;
      if (count <= offset || count > offset + limit) return;
      const key2 = name(frame);
      const field = value(frame);
      if (key2.type !== "string" && key2.type !== "symbol") {
        mistyped(compiler, query.span, `a field's name must be a string, not ${key2.type}`);
      } else if (field.type !== "missing") {
        names2.push(key2.value);
        values.push(field);
      }
    });
    return struct(names2, values);
  };
}

// ../../hashprof/work/src/exec/like.ts
function compileLikePattern(pattern, escapeText) {
  const stretches = parsePattern(pattern, escapeText);
  const hasWildcards = stretches.some((stretch) => stretch.includes(anyOne));
  if (hasWildcards) return (text2) => matchPoints(Array.from(text2), stretches);
  const plain3 = stretches.map((stretch) => stretch.join(""));
  return (text2) => matchPlain(text2, plain3);
}
var anyOne = "";
function parsePattern(pattern, escapeText) {
  if (escapeText !== void 0 && Array.from(escapeText).length !== 1) throw badPattern(pattern, escapeText);
  let current = [];
  const stretches = [current];
  let escaped = false;
  for (const point of pattern) {
    if (escaped) {
      if (point !== "%" && point !== "_" && point !== escapeText) throw badPattern(pattern, escapeText);
      current.push(point);
      escaped = false;
    } else if (point === escapeText) {
      escaped = true;
    } else if (point === "%") {
      current = [];
      stretches.push(current);
    } else {
      current.push(point === "_" ? anyOne : point);
    }
  }
  if (escaped) throw badPattern(pattern, escapeText);
  return stretches;
}
function badPattern(pattern, escapeText) {
  return new LedgerError(
    "evaluator/invalid",
    `Given: pattern =  ${pattern}, escape char = ${escapeText ?? "none given"}`
  );
}
function matchPlain(text2, stretches) {
  const first = stretches[0];
  if (stretches.length === 1) return text2 === first;
  const last = stretches[stretches.length - 1];
  const end = text2.length - last.length;
  if (end < first.length || !text2.startsWith(first) || !text2.endsWith(last)) return false;
  let position2 = first.length;
  for (let index = 1; index < stretches.length - 1; index += 1) {
    const stretch = stretches[index];
    const found = text2.indexOf(stretch, position2);
    if (found === -1 || found + stretch.length > end) return false;
    position2 = found + stretch.length;
  }
  return true;
}
function matchPoints(text2, stretches) {
  const first = stretches[0];
  const last = stretches[stretches.length - 1];
  if (stretches.length === 1) return text2.length === first.length && standsAt(text2, 0, first);
  const end = text2.length - last.length;
  if (end < first.length || !standsAt(text2, 0, first) || !standsAt(text2, end, last)) return false;
  let position2 = first.length;
  for (let index = 1; index < stretches.length - 1; index += 1) {
    const stretch = stretches[index];
    while (position2 + stretch.length <= end && !standsAt(text2, position2, stretch)) position2 += 1;
    if (position2 + stretch.length > end) return false;
    position2 += stretch.length;
  }
  return true;
}
function standsAt(text2, start, stretch) {
  for (let index = 0; index < stretch.length; index += 1) {
    const wanted = stretch[index];
    if (wanted !== anyOne && wanted !== text2[start + index]) return false;
  }
  return true;
}

// ../../hashprof/work/src/exec/predicates.ts
var comparedElementsMax = 8;
function compileIn(expression, compiler) {
  const left = compileExpression(expression.operand, compiler);
  const right = compileExpression(expression.collection, compiler);
  const yes = expression.negated ? falseValue : trueValue;
  const no = expression.negated ? trueValue : falseValue;
  return (frame) => {
    const value = left(frame);
    const within3 = right(frame);
    if (within3.type === "missing" || value.type === "missing") return absentOf(missing, missing, compiler);
    if (within3.type === "null") return nullValue;
    if (within3.type !== "list" && within3.type !== "bag" && within3.type !== "sexp") return no;
    const { items } = within3;
    if (value.type === "null") return items.length === 0 ? no : nullValue;
    const keyed = items.length > comparedElementsMax ? keyedOnSecondUse(frame, expression, within3) : void 0;
    if (keyed !== void 0) {
      if (keyed.keys.has(equalityKey(value))) return yes;
      return keyed.hasAbsent ? nullValue : no;
    }
    let hasAbsent = false;
    for (const item of items) {
      if (isAbsent(item)) hasAbsent = true;
      else if (equals(value, item)) return yes;
    }
    return hasAbsent ? nullValue : no;
  };
}
function keyedOnSecondUse(frame, expression, collection) {
  const last = frame.collections.get(expression);
  if (last === void 0 || last.of !== collection) {
    frame.collections.set(expression, { of: collection, keys: void 0, hasAbsent: false });
    return void 0;
  }
  if (last.keys !== void 0) return last;
  const present = collection.items.filter((item) => !isAbsent(item));
  const hasAbsent = present.length < collection.items.length;
  const keyed = { of: collection, keys: new Set(present.map(equalityKey)), hasAbsent };
  frame.collections.set(expression, keyed);
  return keyed;
}
function compileBetween(expression, compiler) {
  const { span: span2 } = expression;
  const operand = compileExpression(expression.operand, compiler);
  const low = compileExpression(expression.low, compiler);
  const high = compileExpression(expression.high, compiler);
  const yes = expression.negated ? falseValue : trueValue;
  const no = expression.negated ? trueValue : falseValue;
  const atLeast2 = (a, b, sign2) => {
    if (isAbsent(a) || isAbsent(b)) return absentOf(a, b, compiler);
    const order2 = compare(a, b);
    if (order2 === void 0) return cannotCompare(a, b, compiler, span2);
    return order2 * sign2 >= 0 ? trueValue : falseValue;
  };
  return (frame) => {
    const value = operand(frame);
    const above = atLeast2(value, low(frame), 1);
    if (above === falseValue) return no;
    const below = atLeast2(value, high(frame), -1);
    if (below === falseValue) return no;
    if (above === trueValue && below === trueValue) return yes;
    return above === missing || below === missing ? missing : nullValue;
  };
}
function compileLike(expression, compiler) {
  const { span: span2 } = expression;
  const operand = compileExpression(expression.operand, compiler);
  const pattern = compileExpression(expression.pattern, compiler);
  checkTexts("LIKE", [expression.pattern], span2);
  const escapedBy = expression.escape && compileExpression(expression.escape, compiler);
  const yes = expression.negated ? falseValue : trueValue;
  const no = expression.negated ? trueValue : falseValue;
  let last;
  return (frame) => {
    const value = operand(frame);
    const wanted = pattern(frame);
    const escaped = escapedBy?.(frame);
    const operands2 = escaped === void 0 ? [value, wanted] : [value, wanted, escaped];
    if (operands2.some((one) => one.type === "missing")) return absentOf(missing, missing, compiler);
    if (operands2.some((one) => one.type === "null")) return nullValue;
    if (!isText(value) || !isText(wanted) || escaped !== void 0 && !isText(escaped)) {
      return mistyped(compiler, span2, "LIKE takes strings");
    }
    if (last?.pattern !== wanted.value || last.escape !== escaped?.value) {
      try {
        const matches = compileLikePattern(wanted.value, escaped?.value);
        last = { pattern: wanted.value, escape: escaped?.value, matches };
      } catch (error) {
        return failed(error, compiler, span2);
      }
    }
    return last.matches(value.value) ? yes : no;
  };
}
function isText(value) {
  return value.type === "string" || value.type === "symbol";
}

// ../../hashprof/work/src/exec/row.ts
function compileRow({ parts: parts2 }, compiler) {
  const only = parts2[0];
  if (parts2.length === 1 && only?.kind === "all")
    return wholeRow(compileExpression(only.value, compiler), only.otherwise);
  if (parts2.every((part) => part.kind === "field")) return columns(parts2, compiler);
  const compiled2 = parts2.map((part) => ({ ...part, evaluate: compileExpression(part.value, compiler) }));
  return (frame) => {
    const names2 = [];
    const values = [];
    for (const part of compiled2) {
      const value = part.evaluate(frame);
      if (part.kind === "all" && value.type === "struct") {
        for (const name of value.names) names2.push(name);
        for (const field of value.values) values.push(field);
      } else if (value.type !== "missing") {
        names2.push(part.kind === "all" ? part.otherwise : part.name);
        values.push(value);
      }
    }
    return struct(names2, values);
  };
}
function wholeRow(evaluate, otherwise) {
  return (frame) => {
    const value = evaluate(frame);
    if (value.type === "struct" && value.annotations === void 0) return value;
    if (value.type === "struct") return struct(value.names, value.values);
    return value.type === "missing" ? struct([], []) : struct([otherwise], [value]);
  };
}
function columns(parts2, compiler) {
  const names2 = parts2.map((part) => part.name);
  const evaluate = parts2.map((part) => compileExpression(part.value, compiler));
  const count = parts2.length;
  return (frame) => {
    const values = new Array(count);
    let present = 0;
    for (let at = 0; at < count; at += 1) {
      const value = evaluate[at](frame);
      values[at] = value;
      if (value.type !== "missing") present += 1;
    }
    if (present === count) return struct(names2, values);
    const kept = names2.filter((_, at) => values[at]?.type !== "missing");
    return struct(
      kept,
      values.filter((value) => value.type !== "missing")
    );
  };
}

// ../../hashprof/work/src/exec/compile-expression.ts
function compileExpression(expression, compiler) {
  switch (expression.kind) {
    case "constant": {
      const { value } = expression;
      return () => value;
    }
    case "slot": {
      const { slot } = expression;
      return (frame) => frame.slots[slot];
    }
    case "global": {
      const { name } = expression;
      return (frame) => frame.context.source.global(name);
    }
    case "table":
      return tableBag(expression.source, compiler);
    case "parameter":
      return compileParameter(expression);
    case "field":
      return compileField(expression, compiler);
    case "index":
      return compileIndex(expression, compiler);
    case "spread":
      return compileSpread(expression, compiler);
    case "exclude":
      return compileExclude(expression, compiler);
    case "unary":
      return compileUnary(expression, compiler);
    case "binary":
      return compileBinary(expression, compiler);
    case "in":
      return compileIn(expression, compiler);
    case "between":
      return compileBetween(expression, compiler);
    case "like":
      return compileLike(expression, compiler);
    case "is":
      return compileIs(expression, compiler);
    case "case":
      return compileCase(expression, compiler);
    case "cast":
      return compileCast(expression, compiler);
    case "call":
      return compileCall(expression, compiler);
    case "sequence":
      return compileSequence(expression, compiler);
    case "struct":
      return compileStruct(expression, compiler);
    case "row":
      return compileRow(expression, compiler);
    case "query":
      return compileSubquery(expression, compiler);
  }
}
function compileParameter({ ordinal, span: span2 }) {
  return (frame) => {
    const value = frame.context.parameters[ordinal];
    if (value === void 0) {
      throw new LedgerError("evaluator/unbound-parameter", "No parameter bound for position!", { span: span2 });
    }
    return value;
  };
}
function compileIs({ operand, type, negated }, compiler) {
  const evaluate = compileExpression(operand, compiler);
  const yes = negated ? falseValue : trueValue;
  const no = negated ? trueValue : falseValue;
  if (type.name === "null") return (frame) => isAbsent(evaluate(frame)) ? yes : no;
  if (type.name === "missing") return (frame) => evaluate(frame).type === "missing" ? yes : no;
  return (frame) => isOfType(evaluate(frame), type) ? yes : no;
}
function compileCase({ operand, branches, otherwise }, compiler) {
  const last = otherwise === void 0 ? () => nullValue : compileExpression(otherwise, compiler);
  const results = branches.map((branch) => compileExpression(branch.result, compiler));
  if (operand === void 0) {
    const tests = branches.map((branch) => compileTest(branch.when, compiler));
    return (frame) => {
      for (let at = 0; at < tests.length; at += 1) {
        if (tests[at](frame)) return results[at](frame);
      }
      return last(frame);
    };
  }
  const subject = compileExpression(operand, compiler);
  const cases = branches.map((branch) => compileExpression(branch.when, compiler));
  return (frame) => {
    const value = subject(frame);
    for (let at = 0; at < cases.length; at += 1) {
      const wanted = cases[at](frame);
      if (!isAbsent(value) && !isAbsent(wanted) && equals(value, wanted)) return results[at](frame);
    }
    return last(frame);
  };
}
function compileCast({ form, operand, type, span: span2 }, compiler) {
  if (compiler.nullsMissing && (type.name === "null" || type.name === "missing")) {
    const absent = type.name === "null" ? nullValue : missing;
    const evaluateAbsent = compileExpression(operand, compiler);
    return (frame) => {
      const value = evaluateAbsent(frame);
      if (isAbsent(value)) return absent;
      const text2 = `Cannot convert ${value.type.toUpperCase()} to ${type.name.toUpperCase()}`;
      throw new LedgerError("value/cannot-cast", text2, { span: span2 });
    };
  }
  placed(span2, () => checkCastTarget(type));
  const evaluate = compileExpression(operand, compiler);
  if (form === "cast") {
    return (frame) => {
      const value = evaluate(frame);
      try {
        return castTo(value, type);
      } catch (error) {
        return failed(error, compiler, span2);
      }
    };
  }
  const test = form === "can-cast" ? canCast : canLosslessCast;
  return (frame) => {
    const value = evaluate(frame);
    return bool(test(value, type));
  };
}
function compileSequence({ type, items }, compiler) {
  const make = { list, sexp, bag }[type];
  if (items.every((item) => item.kind === "constant")) {
    const value = make(items.map((item) => item.value));
    return () => value;
  }
  const parts2 = items.map((item) => compileExpression(item, compiler));
  return (frame) => make(parts2.map((part) => part(frame)));
}
function compileStruct({ fields: fields3, span: span2 }, compiler) {
  const parts2 = fields3.map((field) => ({
    name: compileExpression(field.name, compiler),
    value: compileExpression(field.value, compiler)
  }));
  return (frame) => {
    const names2 = [];
    const values = [];
    for (const part of parts2) {
      const name = part.name(frame);
      const value = part.value(frame);
      if (name.type !== "string" && name.type !== "symbol") {
        if (mistyped(compiler, span2, `a field's name must be a string, not ${name.type}`) === missing) continue;
      } else if (value.type !== "missing") {
        names2.push(name.value);
        values.push(value);
      }
    }
    return struct(names2, values);
  };
}

// ../../hashprof/work/src/exec/functions/collection-functions.ts
var collectionFunctions = [
  define("size", ["collection"], ([value]) => int(sizeOf(value))),
  define("cardinality", ["collection"], ([value]) => int(sizeOf(value))),
  define("exists", ["any"], ([value]) => bool(exists(value)), "own"),
  define("coalesce", ["any", "any*"], (args) => args.find((value) => !isAbsent(value)) ?? nullValue, "own"),
  define("nullif", ["any", "any"], ([a, b]) => nullIf(a, b), "own"),
  define("filter_distinct", ["sequence"], ([value]) => bag(distinct(itemsOf(value)))),
  define("flatten", ["sequence"], ([value]) => bag(itemsOf(value).flatMap((item) => [...itemsOf(item)]))),
  define("coll_to_scalar", ["sequence"], ([value]) => toScalar(itemsOf(value))),
  ...aggregateNames2().flatMap((name) => [
    define(`coll_${name}`, ["sequence"], ([value]) => aggregated(name, itemsOf(value))),
    // COLL_SUM(DISTINCT x): the planner asks for it by this name.
    define(`coll_${name}_distinct`, ["sequence"], ([value]) => aggregated(name, distinct(itemsOf(value))))
  ])
];
function sizeOf(value) {
  return value.type === "struct" ? value.names.length : itemsOf(value).length;
}
function itemsOf(value) {
  if (value.type === "list" || value.type === "sexp" || value.type === "bag") return value.items;
  throw mismatch2(`expected a collection, got: ${value.type.toUpperCase()}`);
}
function exists(value) {
  return (value.type === "struct" || "items" in value) && sizeOf(value) > 0;
}
function nullIf(a, b) {
  if (a.type === "missing" && b.type === "missing") return missing;
  return equals(a, b) ? nullValue : a;
}
function distinct(items) {
  const seen = /* @__PURE__ */ new Set();
  return items.filter((item) => {
    const key2 = equalityKey(item);
    return !seen.has(key2) && seen.add(key2) !== void 0;
  });
}
function toScalar(items) {
  if (items.length === 0) return nullValue;
  const row = items[0];
  if (items.length > 1 || row.type !== "struct" || row.values.length !== 1) {
    throw mismatch2("expected a collection of one struct with one field");
  }
  return row.values[0];
}
function aggregated(name, items) {
  const accumulator = findAggregate(name)?.start();
  if (accumulator === void 0) return missing;
  for (const item of items) accumulator.add(item);
  return accumulator.result();
}

// ../../hashprof/work/src/exec/functions/overlaps.ts
function overlaps(a, b) {
  const [s1, t1] = periodOf(a);
  const [s2, t2] = periodOf(b);
  const truth2 = or(
    or(beginsWithin(s1, t1, s2, t2), beginsWithin(s2, t2, s1, t1)),
    and(equal(s1, s2), or(equal(t1, t2), not(equal(t1, t2))))
  );
  return truth2 === void 0 ? nullValue : bool(truth2);
}
function beginsWithin(s1, t1, s2, t2) {
  return and(not(atLeast(s2, s1)), not(and(atLeast(s1, t2), atLeast(t1, t2))));
}
function periodOf(value) {
  const items = "items" in value ? value.items : [];
  if (items.length !== 2) throw mismatch2(`OVERLAPS takes two periods of a start and an end, got ${items.length} values`);
  const [start, second] = items;
  requireMoment(start);
  if (second.type === "interval" && isAbsent(start)) return [nullValue, nullValue];
  const end = second.type === "interval" ? add(start, second) : second;
  requireMoment(end);
  if (isAbsent(start) || atLeast(end, start) === false) return [end, start];
  return [start, end];
}
function requireMoment(value) {
  if (isAbsent(value) || value.type === "date" || value.type === "time" || value.type === "timestamp") return;
  throw mismatch2(`OVERLAPS takes dates, times and timestamps, got: ${value.type.toUpperCase()}`);
}
function order(a, b) {
  if (isAbsent(a) || isAbsent(b)) return void 0;
  const result = compare(a, b);
  if (result === void 0)
    throw mismatch2(`OVERLAPS can't compare ${a.type.toUpperCase()} with ${b.type.toUpperCase()}`);
  return result;
}
function atLeast(a, b) {
  const result = order(a, b);
  return result === void 0 ? void 0 : result >= 0;
}
function equal(a, b) {
  const result = order(a, b);
  return result === void 0 ? void 0 : result === 0;
}
function not(a) {
  return a === void 0 ? void 0 : !a;
}
function and(a, b) {
  if (a === false || b === false) return false;
  return a === void 0 || b === void 0 ? void 0 : true;
}
function or(a, b) {
  return not(and(not(a), not(b)));
}

// ../../hashprof/work/src/exec/functions/text-functions.ts
var textFunctions = [
  define("upper", ["text"], ([text2]) => string(textOf2(text2).toUpperCase())),
  define("lower", ["text"], ([text2]) => string(textOf2(text2).toLowerCase())),
  define("char_length", ["text"], ([text2]) => int(lengthOf(textOf2(text2)))),
  define("character_length", ["text"], ([text2]) => int(lengthOf(textOf2(text2)))),
  define("octet_length", ["bytes"], ([value]) => int(octets(value))),
  define("bit_length", ["bytes"], ([value]) => int(octets(value) * 8)),
  define(
    "substring",
    ["text", "int", "int?"],
    ([text2, start, length]) => string(substring(textOf2(text2), numberOf(start), length && numberOf(length)))
  ),
  define("position", ["text", "text"], ([wanted, text2]) => int(position(textOf2(wanted), textOf2(text2)))),
  define(
    "overlay",
    ["text", "text", "int", "int?"],
    ([text2, placed2, start, length]) => string(overlay(textOf2(text2), textOf2(placed2), numberOf(start), length && numberOf(length)))
  ),
  define("trim", ["text", "text?", "text?"], (args) => string(trim(args.map(textOf2)))),
  define(
    "replace",
    ["text", "text", "text"],
    ([text2, from, to]) => string(replaceAll(textOf2(text2), textOf2(from), textOf2(to)))
  ),
  define(
    "text_replace",
    ["text", "text", "text"],
    ([text2, from, to]) => string(replaceAll(textOf2(text2), textOf2(from), textOf2(to)))
  ),
  define("concat", ["text", "text*"], (args) => string(args.map(textOf2).join("")))
];
function textOf2(value) {
  return value.value;
}
function numberOf(value) {
  return Number(value.value);
}
function lengthOf(text2) {
  let count = text2.length;
  for (let index = 0; index + 1 < text2.length; index += 1) {
    if (isPair(text2, index)) {
      count -= 1;
      index += 1;
    }
  }
  return count;
}
function isPair(text2, index) {
  return (text2.charCodeAt(index) & 64512) === 55296 && (text2.charCodeAt(index + 1) & 64512) === 56320;
}
function octets(value) {
  return "bytes" in value ? value.bytes.length : Buffer.byteLength(textOf2(value), "utf8");
}
function substring(text2, start, length) {
  if (length !== void 0 && length < 0) {
    throw mismatch2(`Invalid argument for substring, the length must not be negative, got: ${length}`);
  }
  const from = Math.max(start, 1);
  const to = length === void 0 ? Infinity : start + length;
  if (to <= from || from > text2.length) return "";
  return text2.slice(unitOf(text2, from - 1), unitOf(text2, to - 1));
}
function unitOf(text2, pointIndex) {
  if (pointIndex >= text2.length) return text2.length;
  let unit = 0;
  for (let left = pointIndex; left > 0 && unit < text2.length; left -= 1) unit += isPair(text2, unit) ? 2 : 1;
  return unit;
}
function position(wanted, text2) {
  const unit = text2.indexOf(wanted);
  return unit === -1 ? 0 : lengthOf(text2.slice(0, unit)) + 1;
}
function overlay(text2, placed2, start, length) {
  const replaced = length ?? lengthOf(placed2);
  return substring(text2, 1, start - 1) + placed2 + substring(text2, start + replaced, void 0);
}
function trim(args) {
  const text2 = args[args.length - 1];
  const side = args.length === 3 ? args[0].toLowerCase() : "both";
  if (side !== "both" && side !== "leading" && side !== "trailing") {
    throw mismatch2(`Invalid argument for trim, expected BOTH, LEADING or TRAILING, got: ${side}`);
  }
  const dropped = new Set(args.length === 1 ? " " : args[args.length - 2]);
  const points = Array.from(text2);
  let start = 0;
  let end = points.length;
  if (side !== "trailing") while (start < end && dropped.has(points[start])) start += 1;
  if (side !== "leading") while (end > start && dropped.has(points[end - 1])) end -= 1;
  return points.slice(start, end).join("");
}
function replaceAll(text2, from, to) {
  return from === "" ? text2 : text2.split(from).join(to);
}

// ../../hashprof/work/src/exec/functions/timestamp-pattern.ts
var fields = new Set(
  `y yy yyyy M MM MMM MMMM MMMMM d dd a h hh H HH m mm s ss n X XX XXX XXXX XXXXX x xx xxx xxxx xxxxx`.split(" ")
);
function tokenize(pattern) {
  const tokens = [];
  for (let index = 0; index < pattern.length; ) {
    const character = pattern[index];
    if (character === "'") {
      const [literal2, end] = quoted(pattern, index);
      tokens.push({ literal: literal2 });
      index = end;
    } else if (/[A-Za-z]/.test(character)) {
      let end = index + 1;
      while (pattern[end] === character) end += 1;
      const field = pattern.slice(index, end);
      if (!fields.has(field) && character !== "S") throw badSymbol(pattern, character);
      tokens.push({ field });
      index = end;
    } else {
      tokens.push({ literal: character });
      index += 1;
    }
  }
  return tokens;
}
function badSymbol(pattern, character) {
  const isKnown = [...fields].some((field) => field.startsWith(character));
  return badPattern2(`Timestamp format pattern contains invalid ${isKnown ? "token" : "symbol"}: '${pattern}'.`);
}
function quoted(pattern, start) {
  let text2 = "";
  for (let index = start + 1; index < pattern.length; index += 1) {
    if (pattern[index] !== "'") {
      text2 += pattern[index];
    } else if (pattern[index + 1] === "'" && index > start + 1) {
      text2 += "'";
      index += 1;
    } else {
      return [index === start + 1 ? "'" : text2, index + 1];
    }
  }
  throw badPattern2(`Timestamp format pattern contains unterminated token: '${pattern}'.`);
}
function badPattern2(message) {
  return new LedgerError("evaluator/invalid", message);
}
var months = "January February March April May June July August September October November December".split(" ");
function formatTimestamp(value, pattern) {
  return string(
    tokenize(pattern).map((token2) => "literal" in token2 ? token2.literal : formatField(value, token2.field)).join("")
  );
}
function formatField(t, field) {
  switch (field[0]) {
    case "y":
      return field === "yy" ? pad2(t.year % 100, 2) : pad2(t.year, field.length);
    case "M":
      return formatMonth(t.month, field.length);
    case "d":
      return pad2(t.day, field.length);
    case "a":
      return t.hour < 12 ? "AM" : "PM";
    case "h":
      return pad2(t.hour % 12 === 0 ? 12 : t.hour % 12, field.length);
    case "H":
      return pad2(t.hour, field.length);
    case "m":
      return pad2(t.minute, field.length);
    case "s":
      return pad2(t.second, field.length);
    case "S":
      return fractionDigits(t).padEnd(field.length, "0").slice(0, field.length);
    case "n":
      return String(Number(fractionDigits(t).padEnd(9, "0").slice(0, 9)));
    default:
      return formatOffset(t.offset ?? 0, field);
  }
}
function pad2(value, digits2) {
  return String(value).padStart(digits2, "0");
}
function formatMonth(month, length) {
  const name = months[month - 1];
  if (length <= 2) return pad2(month, length);
  return length === 3 ? name.slice(0, 3) : length === 4 ? name : name.slice(0, 1);
}
function fractionDigits(t) {
  return t.fractionDigits === 0 ? "" : t.fraction.toString().padStart(t.fractionDigits, "0");
}
function formatOffset(offset, field) {
  if (offset === 0 && field.startsWith("X")) return "Z";
  const minutes = Math.abs(offset);
  const colon = field.length === 3 || field.length === 5 ? ":" : "";
  const rest = field.length === 1 && minutes % 60 === 0 ? "" : colon + pad2(minutes % 60, 2);
  return `${offset < 0 ? "-" : "+"}${pad2(Math.floor(minutes / 60), 2)}${rest}`;
}
var readers = {
  y: { means: "YEAR", shape: "\\d{1,4}" },
  yy: { means: "YEAR", shape: "\\d{2}" },
  yyyy: { means: "YEAR", shape: "\\d{4}" },
  M: { means: "MONTH_OF_YEAR", shape: "\\d{1,2}" },
  MM: { means: "MONTH_OF_YEAR", shape: "\\d{2}" },
  MMM: { means: "MONTH_OF_YEAR", shape: months.map((name) => name.slice(0, 3)).join("|") },
  MMMM: { means: "MONTH_OF_YEAR", shape: months.join("|") },
  d: { means: "DAY_OF_MONTH", shape: "\\d{1,2}" },
  dd: { means: "DAY_OF_MONTH", shape: "\\d{2}" },
  a: { means: "AM_PM", shape: "am|pm" },
  h: { means: "HOUR_OF_DAY", shape: "\\d{1,2}" },
  hh: { means: "HOUR_OF_DAY", shape: "\\d{2}" },
  H: { means: "HOUR_OF_DAY", shape: "\\d{1,2}" },
  HH: { means: "HOUR_OF_DAY", shape: "\\d{2}" },
  m: { means: "MINUTE_OF_HOUR", shape: "\\d{1,2}" },
  mm: { means: "MINUTE_OF_HOUR", shape: "\\d{2}" },
  s: { means: "SECOND_OF_MINUTE", shape: "\\d{1,2}" },
  ss: { means: "SECOND_OF_MINUTE", shape: "\\d{2}" },
  n: { means: "FRACTION_OF_SECOND", shape: "\\d{1,9}" }
};
var ladder = [
  "YEAR",
  "MONTH_OF_YEAR",
  "DAY_OF_MONTH",
  "HOUR_OF_DAY",
  "MINUTE_OF_HOUR",
  "SECOND_OF_MINUTE",
  "FRACTION_OF_SECOND"
];
var precisions2 = ["year", "month", "day", "minute", "minute", "second", "second"];
function parseWithPattern(text2, pattern) {
  const tokens = tokenize(pattern);
  const used2 = fieldsOf2(tokens, pattern);
  const source = tokens.map(
    (token2) => "literal" in token2 ? escapeLiteral(token2.literal) : `(${shapeOf(token2.field)})`
  );
  const match = new RegExp(`^${source.join("")}$`, "i").exec(text2);
  if (match === null) throw unparsed(text2, pattern);
  const written = tokens.flatMap((token2) => "field" in token2 ? [token2.field] : []);
  const values = /* @__PURE__ */ new Map();
  written.forEach((field, index) => {
    values.set(meaningOf(field), digitsOf(field, match[index + 1]));
  });
  const number = (name, otherwise) => Number(values.get(name) ?? otherwise);
  const fraction = values.get("FRACTION_OF_SECOND") ?? "";
  const precision = precisions2[ladder.findLastIndex((name) => used2.has(name))];
  const result = timestamp(precision, {
    year: number("YEAR", 1),
    month: number("MONTH_OF_YEAR", 1),
    day: number("DAY_OF_MONTH", 1),
    hour: hourOf(number("HOUR_OF_DAY", 0), written, values.get("AM_PM")),
    minute: number("MINUTE_OF_HOUR", 0),
    second: number("SECOND_OF_MINUTE", 0),
    fraction: BigInt(fraction || "0"),
    fractionDigits: fraction.length,
    offset: values.has("OFFSET") ? Number(values.get("OFFSET")) : void 0
  });
  if (!isValidTimestamp(result)) throw unparsed(text2, pattern);
  return result;
}
function unparsed(text2, pattern) {
  return mismatch2(`Failed to parse the text '${text2}' with the timestamp format pattern '${pattern}'.`);
}
function meaningOf(field) {
  if (field.startsWith("S")) return "FRACTION_OF_SECOND";
  return readers[field]?.means ?? "OFFSET";
}
function shapeOf(field) {
  if (field.startsWith("S")) return `\\d{${field.length}}`;
  const reader = readers[field];
  if (reader !== void 0) return reader.shape;
  const colon = field.length === 3 || field.length === 5 ? ":" : "";
  const minutes = field.length === 1 ? "(?:\\d{2})?" : `${colon}\\d{2}`;
  return `${field.startsWith("X") ? "Z|" : ""}[+-]\\d{2}${minutes}`;
}
function fieldsOf2(tokens, pattern) {
  const used2 = /* @__PURE__ */ new Set();
  for (const token2 of tokens) {
    if (!("field" in token2)) continue;
    if (token2.field === "MMMMM") throw badPattern2(`Invalid timestamp format pattern: '${pattern}'.`);
    const means = meaningOf(token2.field);
    if (used2.has(means)) {
      const what = `multiple format specifiers representing the timestamp field '${means}'`;
      throw badPattern2(`The format pattern '${pattern}' contains ${what}.`);
    }
    used2.add(means);
  }
  const finest = used2.has("OFFSET") ? Math.max(4, lastOf(used2)) : lastOf(used2);
  const needed = finest === -1 ? ["YEAR"] : ladder.slice(0, finest);
  const lacking = needed.filter((name) => !used2.has(name));
  if (tokens.some((token2) => "field" in token2 && token2.field.startsWith("h")) && !used2.has("AM_PM"))
    lacking.push("AM_PM");
  if (lacking.length > 0) {
    throw badPattern2(`Timestamp format pattern '${pattern}' requires additional fields '${lacking.join(", ")}'.`);
  }
  return used2;
}
function lastOf(used2) {
  return ladder.findLastIndex((name) => used2.has(name));
}
function digitsOf(field, text2) {
  if (field === "yy") return String(Number(text2) + (Number(text2) < 70 ? 2e3 : 1900));
  if (field === "n") return text2.padStart(9, "0");
  if (field === "MMM" || field === "MMMM") {
    const start = text2.toLowerCase();
    return String(months.findIndex((name) => name.toLowerCase().startsWith(start)) + 1);
  }
  if (meaningOf(field) !== "OFFSET") return text2.toLowerCase();
  if (/^z$/i.test(text2)) return "0";
  const [, sign2, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(text2);
  return String((sign2 === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)));
}
function hourOf(hour, written, half) {
  if (!written.some((field) => field.startsWith("h"))) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return hour % 12 + (half === "pm" ? 12 : 0);
}
function escapeLiteral(text2) {
  return text2.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

// ../../hashprof/work/src/exec/functions/datetime-functions.ts
var datetimeFunctions = [
  define(
    "date_add",
    ["text", "int", "moment"],
    ([part, count, value]) => dateAdd(partOf(part, "date_add"), countOf(count), value)
  ),
  define(
    "date_diff",
    ["text", "moment", "moment"],
    ([part, from, to]) => int(dateDiff(partOf(part, "date_diff"), from, to))
  ),
  define("extract", ["text", "extractable"], ([part, value]) => extract(partOf(part, "extract"), value)),
  define(
    "to_string",
    ["timestamp", "text"],
    ([value, pattern]) => formatTimestamp(value, textOf2(pattern))
  ),
  define(
    "to_timestamp",
    ["text", "text?"],
    ([text2, pattern]) => pattern === void 0 ? ionTimestamp(textOf2(text2)) : parseWithPattern(textOf2(text2), textOf2(pattern))
  ),
  define("utcnow", [], (_, context) => timestampFromMs(context.nowMs)),
  define(
    "unix_timestamp",
    ["timestamp?"],
    ([value], context) => unixTimestamp(value ?? timestampFromMs(context.nowMs), value !== void 0)
  ),
  define("from_unixtime", ["number"], ([seconds]) => fromUnixTime(seconds)),
  define("make_date", ["int", "int", "int"], (args) => makeDate(args.map(countOf))),
  define("make_time", ["int", "int", "number", "int?"], (args) => makeTime(args)),
  define("overlaps", ["pair", "pair"], ([a, b]) => overlaps(a, b))
];
var parts = ["year", "month", "day", "hour", "minute", "second", "timezone_hour", "timezone_minute"];
function partOf(value, name) {
  const text2 = textOf2(value).toLowerCase();
  const part = parts.find((one) => one === text2);
  if (part === void 0 || name !== "extract" && part.startsWith("timezone")) {
    throw mismatch2(`expected one of: [${parts.slice(0, name === "extract" ? 8 : 6).join(", ")}], got: ${text2}`);
  }
  return part;
}
function countOf(value) {
  return Number(value.value);
}
var nanosecondsOf3 = {
  hour: 3600000000000n,
  minute: 60000000000n,
  second: 1000000000n
};
var precisionOf = {
  year: "year",
  month: "month",
  day: "day",
  hour: "minute",
  minute: "minute",
  second: "second"
};
function dateAdd(part, count, value) {
  if (!Number.isSafeInteger(count)) throw mismatch2(`date_add: ${count} is out of range`);
  const nanoseconds = nanosecondsOf3[part];
  if (value.type === "time") {
    if (nanoseconds === void 0) throw notOfPart(part, value);
    return addInterval(value, interval("day-time", 0n, nanoseconds * BigInt(count), "SECOND"));
  }
  if (value.type === "date" && nanoseconds !== void 0) throw notOfPart(part, value);
  if (part === "day") return widened(addDays(value, count), "day");
  if (nanoseconds === void 0) return widened(addMonths(value, part === "year" ? count * 12 : count), part);
  const moved = addNanoseconds(value, nanoseconds * BigInt(count));
  return widened(moved, precisionOf[part]);
}
function widened(value, precision) {
  return value.type === "date" ? value : timestamp(widerPrecision(value.precision, precision), value);
}
function notOfPart(part, value) {
  return mismatch2(`${part} is no part of ${value.type.toUpperCase()}`);
}
function dateDiff(part, from, to) {
  const months2 = part === "year" ? 12 : part === "month" ? 1 : void 0;
  if (from.type === "time" || to.type === "time") {
    if (from.type !== to.type || nanosecondsOf3[part] === void 0) throw notOfPart(part, from);
  } else if (months2 !== void 0) {
    return Math.trunc(monthsBetween(from, to) / months2);
  }
  const unit = part === "day" ? 86400 : part === "hour" ? 3600 : part === "minute" ? 60 : 1;
  return Math.trunc(wholeSecondsBetween(from, to) / unit);
}
function monthsBetween(from, to) {
  const months2 = (to.year - from.year) * 12 + to.month - from.month;
  if (months2 > 0 && to.day < from.day) return months2 - 1;
  if (months2 < 0 && to.day > from.day) return months2 + 1;
  return months2;
}
function wholeSecondsBetween(from, to) {
  const [first, second] = [instantOf(asTimestamp(from)), instantOf(asTimestamp(to))];
  const seconds = second.seconds - first.seconds;
  const fractions = compareInstants({ ...second, seconds: 0 }, { ...first, seconds: 0 });
  if (seconds > 0 && fractions < 0) return seconds - 1;
  if (seconds < 0 && fractions > 0) return seconds + 1;
  return seconds;
}
function asTimestamp(value) {
  if (value.type === "timestamp") return value;
  if (value.type === "date") return timestamp("day", value);
  return timestamp("second", { ...value, year: 1970, month: 1, day: 1 });
}
var partsOf = {
  date: ["year", "month", "day"],
  time: ["hour", "minute", "second", "timezone_hour", "timezone_minute"],
  "year-month": ["year", "month"],
  "day-time": ["day", "hour", "minute", "second"]
};
function extract(part, value) {
  if (value.type === "interval") {
    if (!partsOf[value.family].includes(part)) throw notOfPart(part, value);
    return extractFromInterval(part, value);
  }
  const fields3 = value;
  if (fields3.type !== "timestamp" && !partsOf[fields3.type].includes(part)) throw notOfPart(part, value);
  if (part === "timezone_hour" || part === "timezone_minute") {
    const { offset, type } = fields3;
    if (offset === void 0 && type === "time") throw notOfPart(part, value);
    return int(part === "timezone_hour" ? Math.trunc((offset ?? 0) / 60) : (offset ?? 0) % 60);
  }
  if (part === "second") {
    const { second, fraction, fractionDigits: fractionDigits2 } = fields3;
    if (fractionDigits2 === 0) return int(second);
    return decimal(BigInt(second) * 10n ** BigInt(fractionDigits2) + fraction, -fractionDigits2);
  }
  return int(fields3[part]);
}
function extractFromInterval(part, { months: months2, nanoseconds }) {
  if (part === "year") return int(months2 / 12n);
  if (part === "month") return int(months2 % 12n);
  if (part === "day") return int(nanoseconds / 86400000000000n);
  if (part === "hour") return int(nanoseconds / 3600000000000n % 24n);
  if (part === "minute") return int(nanoseconds / 60000000000n % 60n);
  const inMinute = nanoseconds % 60000000000n;
  if (inMinute % 1000000000n === 0n) return int(inMinute / 1000000000n);
  return decimal(inMinute, -9);
}
function ionTimestamp(text2) {
  const parsed2 = parseTimestamp(text2);
  if (parsed2 === void 0) throw mismatch2(`Failed to parse Ion timestamp: ${text2}`);
  return parsed2;
}
function unixTimestamp(value, withFraction) {
  const { seconds, fraction, fractionDigits: fractionDigits2 } = instantOf(value);
  if (!withFraction || fractionDigits2 === 0) return int(seconds);
  return decimal(BigInt(seconds) * 10n ** BigInt(fractionDigits2) + fraction, -fractionDigits2);
}
function fromUnixTime(value) {
  if (value.type === "float" && !Number.isFinite(value.value)) throw outOfRange();
  const { coefficient, exponent } = exactOf(value);
  const digits2 = Math.max(0, -exponent);
  const unit = tenTo(digits2);
  const units = exponent > 0 ? coefficient * tenTo(exponent) : coefficient;
  const fraction = (units % unit + unit) % unit;
  const seconds = Number((units - fraction) / unit);
  const result = timestampFromSeconds(seconds, fraction, digits2, 0);
  if (!(result.year >= 1 && result.year <= 9999)) throw outOfRange();
  return result;
}
function outOfRange() {
  return mismatch2("from_unixtime: the year is out of range, 1 to 9999");
}
function makeDate([year, month, day]) {
  const text2 = `${pad3(year, 4)}-${pad3(month, 2)}-${pad3(day, 2)}`;
  const parsed2 = /^\d{4}-\d\d-\d\d$/.test(text2) ? parseTimestamp(text2) : void 0;
  if (parsed2 === void 0) throw mismatch2(`Date field value out of range: ${text2}`);
  return date(parsed2.year, parsed2.month, parsed2.day);
}
function makeTime([hour, minute, second, offset]) {
  const { coefficient, exponent } = exactOf(second);
  const digits2 = Math.max(0, -exponent);
  const units = exponent > 0 ? coefficient * tenTo(exponent) : coefficient;
  const whole = Number(units / tenTo(digits2));
  const east = offset === void 0 ? void 0 : countOf(offset);
  const isValid = within2(countOf(hour), 23) && within2(countOf(minute), 59) && within2(whole, 59) && units >= 0n;
  if (!isValid || east !== void 0 && Math.abs(east) > 18 * 60) throw mismatch2("Time field value out of range");
  return time(countOf(hour), countOf(minute), whole, units % tenTo(digits2), digits2, east);
}
function within2(value, most) {
  return value >= 0 && value <= most;
}
function pad3(value, digits2) {
  return String(value).padStart(digits2, "0");
}

// ../../hashprof/work/src/exec/functions/numeric-functions.ts
var numericFunctions = [
  define("abs", ["amount"], ([value]) => absolute(value)),
  define("mod", ["number", "number"], ([a, b]) => modulo(a, b)),
  define("ceil", ["number"], ([value]) => toInteger(value, Math.ceil, ceiling)),
  define("ceiling", ["number"], ([value]) => toInteger(value, Math.ceil, ceiling)),
  define("floor", ["number"], ([value]) => toInteger(value, Math.floor, floor)),
  define("round", ["number"], ([value]) => toInteger(value, roundHalfEven, nearest)),
  define("sqrt", ["number"], ([value]) => squareRoot(value)),
  define("exp", ["number"], ([value]) => float(Math.exp(doubleOf(value)))),
  define("ln", ["number"], ([value]) => logarithm(value)),
  define("pow", ["number", "number"], ([base, exponent]) => power(base, exponent)),
  define("power", ["number", "number"], ([base, exponent]) => power(base, exponent))
];
function absolute(value) {
  switch (value.type) {
    case "float":
      return float(Math.abs(value.value));
    case "int":
      return value.value < 0 ? negate(value) : value;
    case "decimal":
      return value.coefficient < 0n || value.negativeZero ? negate(value) : value;
    case "interval":
      return value.months < 0n || value.nanoseconds < 0n ? negate(value) : value;
    default:
      return value;
  }
}
function toInteger(value, onDouble, onExact) {
  if (value.type === "int") return value;
  if (value.type === "float") return Number.isFinite(value.value) ? int(onDouble(value.value)) : value;
  return int(onExact(value));
}
function floor(value) {
  const whole = truncateExact(value);
  return value.coefficient < 0n && hasFraction(value, whole) ? whole - 1n : whole;
}
function ceiling(value) {
  const whole = truncateExact(value);
  return value.coefficient > 0n && hasFraction(value, whole) ? whole + 1n : whole;
}
function hasFraction(value, whole) {
  if (value.exponent >= 0 || value.coefficient === 0n) return false;
  return -value.exponent > digitCount(value.coefficient) || whole * tenTo(-value.exponent) !== value.coefficient;
}
function nearest(value) {
  if (value.exponent >= 0) return truncateExact(value);
  if (-value.exponent > digitCount(value.coefficient)) return 0n;
  return divideHalfEven(value.coefficient, tenTo(-value.exponent));
}
function roundHalfEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
function squareRoot(value) {
  if (value.type !== "float" && exactOf(value).coefficient < 0n) throw outside("sqrt", "a negative number");
  if (value.type !== "decimal") {
    const root2 = Math.sqrt(doubleOf(value));
    if (value.type === "float" && value.value < 0) throw outside("sqrt", "a negative number");
    return float(root2);
  }
  const lift = Math.max(0, 2 * (decimalPrecision + 1) - digitCount(value.coefficient));
  const even = lift + Math.abs((value.exponent - lift) % 2);
  const lifted = value.coefficient * 10n ** BigInt(even);
  const root = integerRoot(lifted);
  if (root * root === lifted) {
    return roundedDecimal(trimmed({ coefficient: root, exponent: (value.exponent - even) / 2 }, value.exponent));
  }
  return roundedDecimal({ coefficient: root * 10n + 1n, exponent: (value.exponent - even) / 2 - 1 });
}
function trimmed(value, exponentOfSquare) {
  let { coefficient, exponent } = value;
  const least = Math.ceil(exponentOfSquare / 2);
  while (exponent < least && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return { coefficient, exponent };
}
function integerRoot(value) {
  if (value < 2n) return value;
  let guess = 10n ** BigInt(Math.ceil(digitCount(value) / 2));
  for (; ; ) {
    const next = (guess + value / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
}
function logarithm(value) {
  const argument = doubleOf(value);
  if (argument <= 0) throw outside("ln", "a number that is not positive");
  return float(Math.log(argument));
}
function power(base, exponent) {
  const isWhole = exponent.type === "int" && typeof exponent.value === "number" && base.type !== "float";
  if (!isWhole) {
    const result2 = doubleOf(base) ** doubleOf(exponent);
    if (Number.isNaN(result2) && doubleOf(base) < 0) throw outside("pow", "a negative base with a fractional exponent");
    return float(result2);
  }
  const times = Math.abs(exponent.value);
  if (exponent.value < 0 && isZero(base)) throw new LedgerError("value/division-by-zero", "/ by zero");
  if (times > powerMax) throw new LedgerError("value/out-of-range", "Int overflow or underflow");
  let result = int(1);
  let square = base;
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, square);
    if (left > 1) square = multiply(square, square);
  }
  return exponent.value < 0 ? divide(roundedDecimal({ coefficient: 1n, exponent: 0 }), result) : result;
}
var powerMax = 1e4;
function outside(name, what) {
  return new LedgerError("value/out-of-range", `${name} is not defined for ${what}`);
}

// ../../hashprof/work/src/exec/functions/functions.ts
var txid = define("txid", [], (_, context) => string(context.transactionId));
var byName2 = new Map(
  [...textFunctions, ...numericFunctions, ...datetimeFunctions, ...collectionFunctions, txid].map((definition) => [
    definition.name,
    definition
  ])
);
function findFunction(name) {
  return byName2.get(name);
}
function functionNames() {
  return [...byName2.keys()].filter((name) => !name.endsWith("_distinct") || name === "filter_distinct").sort();
}

// ../../hashprof/work/src/exec/compile-call.ts
var qldbFunctions = /^(char_length|character_length|lower|upper|substring|trim|extract|date_add|date_diff|to_string|to_timestamp)$/;
function compileCall({ name, args, span: span2 }, compiler) {
  const compiled2 = args.map((argument) => compileExpression(argument, compiler));
  if (name === "tupleunion") return compileTupleUnion(compiled2, compiler, span2);
  const definition = findFunction(name);
  const error = checkCall(name, args.length, span2);
  if (definition === void 0 || error !== void 0) {
    compiler.errors.add(error);
    return () => missing;
  }
  if (qldbFunctions.test(name)) placed(span2, () => definition.check(args.map(knownValue)));
  const propagates = definition.absent === "propagate";
  return (frame) => {
    const values = compiled2.map((argument) => argument(frame));
    if (propagates) {
      const absent = values.find((value) => value.type === "missing") ?? values.find((value) => value.type === "null");
      if (absent !== void 0) {
        if (compiler.strict) placed(span2, () => definition.check(values));
        return absent.type === "missing" && !compiler.nullsMissing ? missing : nullValue;
      }
    }
    try {
      return definition.call(values, functionContext(frame, compiler));
    } catch (error2) {
      return failed(error2, compiler, span2);
    }
  };
}
function checkCall(name, argumentCount, span2) {
  const definition = findFunction(name);
  if (definition === void 0) return name === "tupleunion" ? void 0 : noSuchFunction(name, span2);
  const { argumentsMin, argumentsMax } = definition;
  if (argumentCount >= argumentsMin && argumentCount <= argumentsMax) return void 0;
  const bounds = `Min = ${argumentsMin}, max = ${argumentsMax} Actual = ${argumentCount}`;
  const message = `Incorrect number of arguments supplied to \`${name}\`. ${bounds}`;
  return new LedgerError("semantic/argument-count", message, { span: span2 });
}
function noSuchFunction(name, span2) {
  const near = nearName(name, [...functionNames(), ...aggregateNames]);
  return new LedgerError("semantic/no-such-function", `No such function: ${name}`, {
    span: span2,
    ...near === void 0 ? {} : { help: `did you mean '${near}'?` }
  });
}
function knownValue(argument) {
  if (argument.kind === "constant") return argument.value;
  if (argument.kind === "struct") return struct([], []);
  if (argument.kind === "sequence") return { list, sexp, bag }[argument.type]([]);
  return missing;
}
function functionContext(frame, compiler) {
  const { nowMs, transactionId } = frame.context;
  return { typing: compiler.strict ? "strict" : "permissive", nowMs, transactionId: transactionId ?? "" };
}
function compileTupleUnion(args, compiler, span2) {
  return (frame) => {
    const names2 = [];
    const values = [];
    for (const argument of args) {
      const value = argument(frame);
      if (value.type !== "struct") {
        if (value.type === "missing") continue;
        return mistyped(compiler, span2, "TUPLEUNION takes structs");
      }
      names2.push(...value.names);
      values.push(...value.values);
    }
    return struct(names2, values);
  };
}

// ../../hashprof/work/src/base/bytes.ts
function toBase64(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
function ownText(text2) {
  return Buffer.from(text2, "utf8").toString("utf8");
}
function compareBytes2(left, right) {
  return Buffer.compare(left, right);
}
function equalBytes(left, right) {
  return left.length === right.length && Buffer.compare(left, right) === 0;
}
function copyBytes(bytes) {
  return new Uint8Array(bytes);
}

// ../../hashprof/work/src/values/sha256.ts
import { hash } from "node:crypto";
var sha256Bytes = 32;
var shortBytesMax = 119;
function sha256Into(input, start, end, output, at) {
  if (end - start > shortBytesMax) output.set(hash("sha256", input.subarray(start, end), "buffer"), at);
  else hashShort(input, start, end, output, at);
}
var roundConstants = Int32Array.of(
  1116352408,
  1899447441,
  3049323471,
  3921009573,
  961987163,
  1508970993,
  2453635748,
  2870763221,
  3624381080,
  310598401,
  607225278,
  1426881987,
  1925078388,
  2162078206,
  2614888103,
  3248222580,
  3835390401,
  4022224774,
  264347078,
  604807628,
  770255983,
  1249150122,
  1555081692,
  1996064986,
  2554220882,
  2821834349,
  2952996808,
  3210313671,
  3336571891,
  3584528711,
  113926993,
  338241895,
  666307205,
  773529912,
  1294757372,
  1396182291,
  1695183700,
  1986661051,
  2177026350,
  2456956037,
  2730485921,
  2820302411,
  3259730800,
  3345764771,
  3516065817,
  3600352804,
  4094571909,
  275423344,
  430227734,
  506948616,
  659060556,
  883997877,
  958139571,
  1322822218,
  1537002063,
  1747873779,
  1955562222,
  2024104815,
  2227730452,
  2361852424,
  2428436474,
  2756734187,
  3204031479,
  3329325298
);
var initialState = Int32Array.of(
  1779033703,
  3144134277,
  1013904242,
  2773480762,
  1359893119,
  2600822924,
  528734635,
  1541459225
);
var schedule = new Int32Array(64);
var state = new Int32Array(8);
var blocks = new Uint8Array(128);
function hashShort(input, start, end, output, at) {
  const length = end - start;
  const padded = length < 56 ? 64 : 128;
  for (let index = 0; index < length; index += 1) blocks[index] = input[start + index];
  blocks[length] = 128;
  for (let index = length + 1; index < padded - 2; index += 1) blocks[index] = 0;
  blocks[padded - 2] = length * 8 >>> 8;
  blocks[padded - 1] = length * 8 & 255;
  for (let index = 0; index < 8; index += 1) state[index] = initialState[index];
  for (let offset = 0; offset < padded; offset += 64) {
    expand(offset);
    compress();
  }
  for (let index = 0; index < 8; index += 1) {
    const word = state[index];
    const to = at + index * 4;
    output[to] = word >>> 24;
    output[to + 1] = word >>> 16 & 255;
    output[to + 2] = word >>> 8 & 255;
    output[to + 3] = word & 255;
  }
}
function expand(offset) {
  const w = schedule;
  for (let index = 0; index < 16; index += 1) {
    const at = offset + index * 4;
    w[index] = blocks[at] << 24 | blocks[at + 1] << 16 | blocks[at + 2] << 8 | blocks[at + 3];
  }
  for (let index = 16; index < 64; index += 1) {
    const x = w[index - 15];
    const y = w[index - 2];
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
    w[index] = w[index - 16] + s0 + w[index - 7] + s1 | 0;
  }
}
function compress() {
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let index = 0; index < 64; index += 1) {
    const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const choice = e & f ^ ~e & g;
    const first = h + s1 + choice + roundConstants[index] + schedule[index] | 0;
    const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const majority = a & b ^ a & c ^ b & c;
    h = g;
    g = f;
    f = e;
    e = d + first | 0;
    d = c;
    c = b;
    b = a;
    a = first + s0 + majority | 0;
  }
  state[0] = state[0] + a | 0;
  state[1] = state[1] + b | 0;
  state[2] = state[2] + c | 0;
  state[3] = state[3] + d | 0;
  state[4] = state[4] + e | 0;
  state[5] = state[5] + f | 0;
  state[6] = state[6] + g | 0;
  state[7] = state[7] + h | 0;
}

// ../../hashprof/work/src/values/byte-stack.ts
var keptBytesMax = 1024 * 1024;
var loopCharactersMax = 24;
var moveLoopBytesMax = 128;
var hashBegin = 11;
var hashEnd = 14;
var hashEscape = 12;
var maxSafe = BigInt(Number.MAX_SAFE_INTEGER);
var floatBytes = Buffer.alloc(8);
var ByteStack = class {
  #bytes;
  /** Index of the front-most byte. */
  #at;
  constructor(capacity = 4096) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    this.#at = capacity;
  }
  /** How many bytes there are. */
  get size() {
    return this.#bytes.length - this.#at;
  }
  /** A copy of all bytes; the stack is empty afterwards. */
  take() {
    const result = Buffer.allocUnsafe(this.size);
    this.#bytes.copy(result, 0, this.#at);
    if (this.#bytes.length > keptBytesMax) this.#bytes = Buffer.allocUnsafeSlow(4096);
    this.#at = this.#bytes.length;
    return result;
  }
  #reserve(count) {
    if (this.#at < count) this.#grow(count);
  }
  #grow(count) {
    const size = this.size;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, size + count));
    this.#bytes.copy(grown, grown.length - size, this.#at);
    this.#bytes = grown;
    this.#at = grown.length - size;
  }
  pushByte(byte) {
    this.#reserve(1);
    this.#at -= 1;
    this.#bytes[this.#at] = byte;
  }
  pushBytes(bytes) {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }
  /** A type descriptor for content of `length` bytes, `code` being its high nibble. */
  pushHeader(code, length) {
    if (length >= 14) this.pushVarUInt(length);
    this.pushByte(code | Math.min(length, 14));
  }
  pushVarUInt(value) {
    this.#reserve(8);
    const bytes = this.#bytes;
    let at = this.#at - 1;
    bytes[at] = value & 127 | 128;
    let rest = value;
    while (rest > 127) {
      rest = rest < 2147483648 ? rest >>> 7 : Math.floor(rest / 128);
      at -= 1;
      bytes[at] = rest & 127;
    }
    this.#at = at;
  }
  /** Also takes -0, which stands for an unknown offset. */
  pushVarInt(value) {
    this.#reserve(9);
    const bytes = this.#bytes;
    const sign2 = value < 0 || Object.is(value, -0) ? 64 : 0;
    let rest = Math.abs(value);
    let end = 128;
    while (rest > 63) {
      this.#at -= 1;
      bytes[this.#at] = rest & 127 | end;
      rest = rest < 2147483648 ? rest >>> 7 : Math.floor(rest / 128);
      end = 0;
    }
    this.#at -= 1;
    bytes[this.#at] = rest | sign2 | end;
  }
  /** The fewest bytes of a magnitude, none for zero; returns how many. */
  pushUInt(value) {
    this.#reserve(8);
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let rest = value;
    while (rest > 4294967295) {
      at -= 1;
      bytes[at] = rest & 255;
      rest = Math.floor(rest / 256);
    }
    while (rest !== 0) {
      at -= 1;
      bytes[at] = rest & 255;
      rest >>>= 8;
    }
    this.#at = at;
    return start - at;
  }
  /** The fewest bytes of a magnitude; returns how many. */
  pushBigUInt(value) {
    if (value <= maxSafe) return this.pushUInt(Number(value));
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, "hex");
    this.pushBytes(bytes);
    return bytes.length;
  }
  /** Sign bit and magnitude, for a coefficient other than zero. */
  pushInt(value) {
    const isNegative = value < 0n;
    this.pushBigUInt(isNegative ? -value : value);
    const first = this.#bytes[this.#at];
    if (first > 127) this.pushByte(isNegative ? 128 : 0);
    else if (isNegative) this.#bytes[this.#at] = first | 128;
  }
  pushFloat32(value) {
    floatBytes.writeFloatBE(value);
    this.pushBytes(floatBytes.subarray(0, 4));
  }
  pushFloat64(value) {
    floatBytes.writeDoubleBE(value);
    this.pushBytes(floatBytes);
  }
  /** A text as UTF-8; returns how many bytes, or -1, having pushed nothing, when it has no UTF-8 form. */
  pushText(text2) {
    const { length } = text2;
    if (length > loopCharactersMax) return this.#pushLongText(text2);
    this.#reserve(length);
    const bytes = this.#bytes;
    const start = this.#at - length;
    for (let index = 0; index < length; index += 1) {
      const unit = text2.charCodeAt(index);
      if (unit > 127) return this.#pushLongText(text2);
      bytes[start + index] = unit;
    }
    this.#at = start;
    return length;
  }
  #pushLongText(text2) {
    const size = Buffer.byteLength(text2);
    if (size !== text2.length && hasLoneSurrogate(text2)) return -1;
    this.#reserve(size);
    this.#at -= size;
    this.#bytes.write(text2, this.#at, size, "utf8");
    return size;
  }
  /** Puts `escape` before each byte that is one of Ion Hash's marks, in all that was pushed since the size was `size`. */
  escapeSince(size) {
    const before = this.#bytes;
    const end = before.length - size;
    let marks2 = 0;
    for (let at = this.#at; at < end; at += 1) if (isMark(before[at])) marks2 += 1;
    if (marks2 === 0) return;
    this.#reserve(marks2);
    const bytes = this.#bytes;
    let to = this.#at - marks2;
    for (let from = this.#at; from < bytes.length - size; from += 1) {
      const byte = bytes[from];
      if (isMark(byte)) {
        bytes[to] = hashEscape;
        to += 1;
      }
      bytes[to] = byte;
      to += 1;
    }
    this.#at -= marks2;
  }
  /** Puts its SHA-256 in place of all that was pushed since the size was `size`. */
  digestSince(size) {
    const short = sha256Bytes - (this.size - size);
    if (short > 0) this.#reserve(short);
    const end = this.#bytes.length - size;
    const start = this.#at;
    this.#at = end - sha256Bytes;
    sha256Into(this.#bytes, start, end, this.#bytes, this.#at);
  }
  /** Takes all that was pushed since the size was `size` off, and puts it into `target` at `to`. */
  moveSince(size, target, to) {
    const bytes = this.#bytes;
    const start = this.#at;
    const end = bytes.length - size;
    this.#at = end;
    if (end - start > moveLoopBytesMax) target.set(bytes.subarray(start, end), to);
    else for (let at = start, put = to; at < end; at += 1, put += 1) target[put] = bytes[at];
  }
  pushRange(source, start, end) {
    this.#reserve(end - start);
    this.#at -= end - start;
    const bytes = this.#bytes;
    for (let at = start, put = this.#at; at < end; at += 1, put += 1) bytes[put] = source[at];
  }
  /** Puts the front-most `count` digests in the order of their unsigned bytes. */
  sortDigests(count) {
    if (count < 2) return;
    const bytes = this.#bytes;
    const starts = Array.from({ length: count }, (_, index) => this.#at + index * sha256Bytes);
    starts.sort((left, right) => compareDigests(bytes, left, right));
    const sorted2 = Buffer.allocUnsafe(count * sha256Bytes);
    for (const [index, start] of starts.entries()) bytes.copy(sorted2, index * sha256Bytes, start, start + sha256Bytes);
    bytes.set(sorted2, this.#at);
  }
};
function compareDigests(bytes, left, right) {
  for (let index = 0; index < sha256Bytes; index += 1) {
    const difference = bytes[left + index] - bytes[right + index];
    if (difference !== 0) return difference;
  }
  return 0;
}
function isMark(byte) {
  return byte <= hashEnd && (byte === hashBegin || byte === hashEnd || byte === hashEscape);
}

// ../../hashprof/work/src/values/binary-writer.ts
var typeCodes = {
  null: 0,
  bool: 1,
  int: 2,
  float: 4,
  decimal: 5,
  timestamp: 6,
  symbol: 7,
  string: 8,
  clob: 9,
  blob: 10,
  list: 11,
  sexp: 12,
  struct: 13
};
function encodeIon(value) {
  const symbols = new OwnSymbols();
  return withStack((stack) => {
    new Writer(stack, symbols, nestingDepthMax).push(value, 0);
    pushSymbolTable(stack, symbols.texts);
    pushVersionMarker(stack);
  });
}
function encodeRaw(value, symbols, depthMax2 = nestingDepthMax) {
  let isFull = false;
  const bytes = withStack((stack) => {
    const writer = new Writer(stack, symbols, depthMax2);
    writer.push(value, 0);
    isFull = writer.lacksSymbols;
  });
  return isFull ? encodeIon(value) : bytes;
}
var spareStack;
function withStack(write) {
  const stack = spareStack ?? new ByteStack();
  spareStack = void 0;
  write(stack);
  const bytes = stack.take();
  spareStack = stack;
  return bytes;
}
function pushVersionMarker(stack) {
  stack.pushByte(234);
  stack.pushByte(0);
  stack.pushByte(1);
  stack.pushByte(224);
}
function pushSymbolTable(stack, texts) {
  if (texts.length === 0) return;
  const end = stack.size;
  for (let index = texts.length - 1; index >= 0; index -= 1) pushText(stack, texts[index], 128);
  stack.pushHeader(176, stack.size - end);
  stack.pushVarUInt(symbolsFieldId);
  stack.pushHeader(208, stack.size - end);
  stack.pushVarUInt(symbolTableId);
  stack.pushVarUInt(1);
  stack.pushHeader(224, stack.size - end);
}
var systemIds = new Map(systemSymbols.map((text2, id) => [text2, id]));
var OwnSymbols = class {
  texts = [];
  #ids = /* @__PURE__ */ new Map();
  idOf(text2) {
    const known = this.#ids.get(text2) ?? systemIds.get(text2);
    if (known !== void 0) return known;
    const id = firstLocalSymbol + this.texts.length;
    this.texts.push(text2);
    this.#ids.set(text2, id);
    return id;
  }
};
function pushText(stack, text2, code) {
  const size = stack.pushText(text2);
  if (size === -1)
    throw new LedgerError("value/out-of-range", "a text with half a surrogate pair has no form in Ion binary");
  stack.pushHeader(code, size);
}
var Writer = class {
  /** Whether the interner turned a text away; what was written is then of no use. */
  lacksSymbols = false;
  #stack;
  #symbols;
  #depthMax;
  constructor(stack, symbols, depthMax2) {
    this.#stack = stack;
    this.#symbols = symbols;
    this.#depthMax = depthMax2;
  }
  push(value, depth) {
    const { annotations } = value;
    if (annotations === void 0) this.#pushBare(value, depth);
    else this.#pushAnnotated(value, annotations, depth);
  }
  #pushAnnotated(value, annotations, depth) {
    const stack = this.#stack;
    const end = stack.size;
    this.#pushBare(value, depth);
    const annotationsEnd = stack.size;
    for (let index = annotations.length - 1; index >= 0; index -= 1)
      stack.pushVarUInt(this.#idOf(annotations[index]));
    stack.pushVarUInt(stack.size - annotationsEnd);
    stack.pushHeader(224, stack.size - end);
  }
  #idOf(text2) {
    if (text2 === unknownSymbolText) return 0;
    const id = this.#symbols.idOf(text2);
    if (id === 0) this.lacksSymbols = true;
    return id;
  }
  #pushBare(value, depth) {
    switch (value.type) {
      case "string":
        pushText(this.#stack, value.value, 128);
        break;
      case "int":
        pushInt(this.#stack, value.value);
        break;
      case "struct":
        this.#pushStruct(value, depth);
        break;
      case "list":
        this.#pushItems(value.items, 176, depth);
        break;
      case "sexp":
        this.#pushItems(value.items, 192, depth);
        break;
      case "symbol":
        this.#stack.pushHeader(112, this.#stack.pushUInt(this.#idOf(value.value)));
        break;
      case "missing":
      case "bag":
      case "date":
      case "time":
      case "interval":
        this.push(toPartiqlIon(value), depth);
        break;
      default:
        pushScalar(this.#stack, value);
    }
  }
  #pushStruct(value, depth) {
    const stack = this.#stack;
    const inner = this.#checkDepth(depth);
    const end = stack.size;
    const { names: names2, values } = value;
    for (let index = names2.length - 1; index >= 0; index -= 1) {
      this.push(values[index], inner);
      stack.pushVarUInt(this.#idOf(names2[index]));
    }
    stack.pushHeader(208, stack.size - end);
  }
  #pushItems(items, code, depth) {
    const inner = this.#checkDepth(depth);
    const end = this.#stack.size;
    for (let index = items.length - 1; index >= 0; index -= 1) this.push(items[index], inner);
    this.#stack.pushHeader(code, this.#stack.size - end);
  }
  #checkDepth(depth) {
    if (depth < this.#depthMax) return depth + 1;
    throw new LedgerError("ion/nesting-too-deep", `the value nests more than ${this.#depthMax} levels deep`);
  }
};
function pushScalar(stack, value) {
  const end = stack.size;
  switch (value.type) {
    case "null":
      stack.pushByte(typeCodes[value.nullType] << 4 | 15);
      break;
    case "bool":
      stack.pushByte(value.value ? 17 : 16);
      break;
    case "float":
      pushFloat(stack, value.value);
      break;
    case "decimal":
      pushDecimalBody(stack, value);
      stack.pushHeader(80, checkIntegerSize(stack.size - end));
      break;
    case "timestamp":
      pushTimestampBody(stack, value);
      stack.pushHeader(96, stack.size - end);
      break;
    case "clob":
    case "blob":
      stack.pushBytes(value.bytes);
      stack.pushHeader(value.type === "clob" ? 144 : 160, value.bytes.length);
      break;
    default:
      value;
  }
}
function pushInt(stack, value) {
  if (typeof value === "number") {
    const isNegative2 = value < 0;
    stack.pushHeader(isNegative2 ? 48 : 32, stack.pushUInt(isNegative2 ? -value : value));
    return;
  }
  const isNegative = value < 0n;
  stack.pushHeader(isNegative ? 48 : 32, checkIntegerSize(stack.pushBigUInt(isNegative ? -value : value)));
}
function checkIntegerSize(size) {
  if (size <= integerBytesMax) return size;
  throw new LedgerError("value/out-of-range", `an integer of ${size} bytes is larger than ${integerBytesMax}`);
}
function pushFloat(stack, value) {
  if (Object.is(value, 0)) stack.pushByte(64);
  else if (Number.isNaN(value) || Math.fround(value) === value) {
    stack.pushFloat32(value);
    stack.pushByte(68);
  } else {
    stack.pushFloat64(value);
    stack.pushByte(72);
  }
}
function pushDecimalBody(stack, value) {
  const { coefficient, exponent, negativeZero } = value;
  if (coefficient === 0n) {
    if (negativeZero) stack.pushByte(128);
    else if (exponent === 0) return;
  } else stack.pushInt(coefficient);
  stack.pushVarInt(exponent + 0);
}

// ../../hashprof/work/src/values/sha256-lanes.ts
import { hash as hash2 } from "node:crypto";

// ../../hashprof/work/src/values/wasm-code.ts
var simdPrefix = 253;
var i32Type = 127;
var v128Type = 123;
var noResult = 64;
var wasmOps = {
  return: 15,
  /** The first of two where a number is not 0, else the second. */
  select: 27,
  equalZero: 69,
  equal: 70,
  notEqual: 71,
  lessSigned: 72,
  lessUnsigned: 73,
  greaterSigned: 74,
  add: 106,
  subtract: 107,
  and: 113,
  or: 114,
  shiftLeft: 116,
  rotateLeft: 119
};
var simdOps = {
  load: 0,
  store: 11,
  constant: 12,
  shuffleBytes: 13,
  equalBytes: 35,
  /** Whether any bit is one. */
  isAny: 83,
  /** The highest bits of the bytes, as a number. */
  highBits: 100,
  and: 78,
  or: 80,
  xor: 81,
  /** Bits of the first where the third has ones, else of the second. */
  select: 82,
  shiftLeft: 171,
  shiftRight: 173,
  add: 174
};
var WasmCode = class {
  bytes = [];
  op(op) {
    this.bytes.push(op);
    return this;
  }
  simd(op, ...immediates) {
    this.bytes.push(simdPrefix, ...unsigned(op), ...immediates);
    return this;
  }
  get(local) {
    return this.#immediate(32, local);
  }
  set(local) {
    return this.#immediate(33, local);
  }
  /** As `set`, the value stays. */
  tee(local) {
    return this.#immediate(34, local);
  }
  constant(value) {
    this.bytes.push(65, ...signed(value));
    return this;
  }
  load32(offset) {
    this.bytes.push(40, 2, ...unsigned(offset));
    return this;
  }
  /** `alignment`: the exponent of two of what the address is a multiple of. */
  store32(offset, alignment2 = 2) {
    this.bytes.push(54, alignment2, ...unsigned(offset));
    return this;
  }
  /** A byte as a number from 0 to 255. */
  loadByte(offset = 0) {
    this.bytes.push(45, 0, ...unsigned(offset));
    return this;
  }
  loadSignedByte(offset = 0) {
    this.bytes.push(44, 0, ...unsigned(offset));
    return this;
  }
  storeByte(offset = 0) {
    this.bytes.push(58, 0, ...unsigned(offset));
    return this;
  }
  /** `alignment` as above. */
  loadVector(offset = 0, alignment2 = 4) {
    return this.simd(simdOps.load, alignment2, ...unsigned(offset));
  }
  storeVector(offset = 0, alignment2 = 4) {
    return this.simd(simdOps.store, alignment2, ...unsigned(offset));
  }
  /** A vector of that byte 16 times. */
  splatByte(byte) {
    return this.simd(simdOps.constant, ...Array.from({ length: 16 }, () => byte));
  }
  call(index) {
    return this.#immediate(16, index);
  }
  /** Runs `body`; again when that leaves a number other than 0. */
  loopWhile(body) {
    this.bytes.push(3, noResult);
    body();
    this.bytes.push(13, 0, 11);
    return this;
  }
  /** Takes a number: other than 0 runs `then`. */
  branch(then, otherwise) {
    this.bytes.push(4, noResult);
    then();
    if (otherwise !== void 0) {
      this.bytes.push(5);
      otherwise();
    }
    this.bytes.push(11);
    return this;
  }
  #immediate(op, value) {
    this.bytes.push(op, ...unsigned(value));
    return this;
  }
};
function wasmModule(functions2) {
  const all = Object.values(functions2);
  const types = all.map(({ parameters, givesNumber = false }) => [
    ...[96, ...vector(Array.from({ length: parameters }, () => [i32Type]))],
    ...vector(givesNumber ? [[i32Type]] : [])
  ]);
  const bodies = all.map(({ locals, code }) => sized([...vector(locals.map((type) => [1, type])), ...code.bytes, 11]));
  return Uint8Array.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text("e"), ...text("m"), 2, 0, 1]])),
    ...section(3, vector(all.map((_, index) => unsigned(index)))),
    ...section(7, vector(Object.keys(functions2).map((name, index) => [...text(name), 0, ...unsigned(index)]))),
    ...section(10, vector(bodies))
  ]);
}
function section(id, content) {
  return [id, ...sized(content)];
}
function sized(content) {
  return [...unsigned(content.length), ...content];
}
function vector(items) {
  return [...unsigned(items.length), ...items.flat()];
}
function text(value) {
  return sized([...Buffer.from(value)]);
}
function unsigned(value) {
  return value < 128 ? [value] : [value & 127 | 128, ...unsigned(value >>> 7)];
}
function signed(value) {
  return value >= -64 && value < 64 ? [value & 127] : [value & 127 | 128, ...signed(value >> 7)];
}

// ../../hashprof/work/src/values/hash-moves.ts
var hasHighBit = 1 << 30;
var hasQuestion = 1 << 29;
var hashBytes = 32;
var vectorBytes = 16;
var question = 63;
var PlainHashMoves = class {
  #bytes;
  constructor(bytes) {
    this.#bytes = bytes;
  }
  escape(from, end, to) {
    const bytes = this.#bytes;
    let put = to;
    let flags = 0;
    for (let at = from; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === hashBegin || byte === hashEnd || byte === hashEscape) {
        bytes[put] = hashEscape;
        put += 1;
      }
      bytes[put] = byte;
      put += 1;
      if (byte > 127) flags |= hasHighBit;
      else if (byte === question) flags |= hasQuestion;
    }
    return put | flags;
  }
  pair(left, right, to) {
    const bytes = this.#bytes;
    let isOrdered = false;
    for (let index = hashBytes - 1; index >= 0; index -= 1) {
      const one = bytes[left + index] << 24 >> 24;
      const other = bytes[right + index] << 24 >> 24;
      if (one === other) continue;
      isOrdered = one < other;
      break;
    }
    bytes.copyWithin(to, isOrdered ? left : right, (isOrdered ? left : right) + hashBytes);
    bytes.copyWithin(to + hashBytes, isOrdered ? right : left, (isOrdered ? right : left) + hashBytes);
  }
  differ(one, other) {
    const bytes = this.#bytes;
    for (let index = 0; index < hashBytes; index += 1) if (bytes[one + index] !== bytes[other + index]) return 1;
    return 0;
  }
};
var maskBytes = Uint8Array.from({ length: 2 * vectorBytes }, (_, index) => index < vectorBytes ? 255 : 0);
function hashMoves(maskAt2) {
  return {
    escape: { parameters: 3, givesNumber: true, locals: escapeLocals, code: escapeCode(maskAt2) },
    pair: { parameters: 3, locals: [i32Type, i32Type], code: pairCode() },
    differ: { parameters: 2, givesNumber: true, locals: [], code: differCode() }
  };
}
var escapeLocals = [v128Type, v128Type, v128Type, i32Type, i32Type];
function escapeCode(maskAt2) {
  const code = new WasmCode();
  const [from, end, to, piece, all, questions, count, byte] = [0, 1, 2, 3, 4, 5, 6, 7];
  code.get(from).get(end).op(wasmOps.lessUnsigned);
  const copyBytes2 = () => {
    code.loopWhile(() => {
      code.get(from).loadByte().tee(byte).constant(hashBegin).op(wasmOps.equal);
      for (const mark of [hashEscape, hashEnd]) code.get(byte).constant(mark).op(wasmOps.equal).op(wasmOps.or);
      code.branch(() => code.get(to).constant(hashEscape).storeByte().get(to).constant(1).op(wasmOps.add).set(to));
      code.get(to).get(byte).storeByte().get(to).constant(1).op(wasmOps.add).set(to);
      code.get(from).constant(1).op(wasmOps.add).set(from);
      code.get(count).constant(1).op(wasmOps.subtract).tee(count);
    });
  };
  const copyAtOnce = () => {
    code.get(to).get(piece).storeVector(0, 0);
    code.get(to).get(count).op(wasmOps.add).set(to);
    code.get(from).get(count).op(wasmOps.add).set(from);
  };
  code.branch(() => {
    code.loopWhile(() => {
      code.get(end).get(from).op(wasmOps.subtract).tee(count).constant(vectorBytes);
      code.get(count).constant(vectorBytes).op(wasmOps.lessUnsigned).op(wasmOps.select).set(count);
      code.get(from).loadVector(0, 0).constant(maskAt2 + vectorBytes).get(count).op(wasmOps.subtract).loadVector(0, 0);
      code.simd(simdOps.and).tee(piece).get(all).simd(simdOps.or).set(all);
      code.get(piece).splatByte(question).simd(simdOps.equalBytes).get(questions).simd(simdOps.or).set(questions);
      code.get(piece).splatByte(hashBegin).simd(simdOps.equalBytes);
      for (const mark of [hashEscape, hashEnd])
        code.get(piece).splatByte(mark).simd(simdOps.equalBytes).simd(simdOps.or);
      code.simd(simdOps.isAny).branch(copyBytes2, copyAtOnce);
      code.get(from).get(end).op(wasmOps.lessUnsigned);
    });
  });
  code.get(to);
  code.get(all).simd(simdOps.highBits).constant(0).op(wasmOps.notEqual).constant(30).op(wasmOps.shiftLeft).op(wasmOps.or);
  code.get(questions).simd(simdOps.isAny).constant(29).op(wasmOps.shiftLeft).op(wasmOps.or);
  return code;
}
function pairCode() {
  const code = new WasmCode();
  const [left, right, to, index, difference] = [0, 1, 2, 3, 4];
  code.constant(hashBytes).set(index);
  code.loopWhile(() => {
    code.get(index).constant(1).op(wasmOps.subtract).set(index);
    code.get(left).get(index).op(wasmOps.add).loadSignedByte();
    code.get(right).get(index).op(wasmOps.add).loadSignedByte().op(wasmOps.subtract).tee(difference);
    code.op(wasmOps.equalZero).get(index).constant(0).op(wasmOps.greaterSigned).op(wasmOps.and);
  });
  code.get(difference).constant(0).op(wasmOps.lessSigned).op(wasmOps.equalZero);
  code.branch(() => code.get(left).get(right).set(left).set(right));
  for (const [hash3, at] of [
    [left, 0],
    [right, hashBytes]
  ]) {
    code.get(to).get(hash3).loadVector(0, 0).storeVector(at, 0);
    code.get(to).get(hash3).loadVector(vectorBytes, 0).storeVector(at + vectorBytes, 0);
  }
  return code;
}
function differCode() {
  const code = new WasmCode();
  for (const at of [0, vectorBytes]) code.get(0).loadVector(at, 0).get(1).loadVector(at, 0).simd(simdOps.xor);
  return code.simd(simdOps.or).simd(simdOps.isAny);
}

// ../../hashprof/work/src/values/sha256-lanes.ts
var lanes = 4;
var blockBytes = 64;
var vectorBytes2 = 16;
var jobWords = 3;
var laneBytesMax = 10 * blockBytes;
var jobsMax = 2048;
var constantsAt = 0;
var stateAt = constantsAt + roundConstants.length * vectorBytes2;
var lanesAt = stateAt + 8 * vectorBytes2;
var maskAt = lanesAt + lanes * vectorBytes2;
var jobsAt = maskAt + maskBytes.length;
var freeAt = Math.ceil((jobsAt + jobsMax * jobWords * 4) / blockBytes) * blockBytes;
var pageBytes = 64 * 1024;
var Sha256Lanes = class {
  /** All memory; what is before `start` is not the caller's. */
  bytes;
  start = freeAt;
  #words;
  /** For putting messages together in the memory. */
  moves;
  #run;
  #jobs = 0;
  /** `byteLength`: of the memory from `start` on, at least. `isPlain`: without WebAssembly. */
  constructor(byteLength, isPlain = false) {
    const pages = Math.ceil((freeAt + byteLength) / pageBytes);
    const instance = isPlain ? void 0 : instantiate(pages);
    const memory = instance?.memory ?? new ArrayBuffer(pages * pageBytes);
    this.bytes = new Uint8Array(memory);
    this.#words = new Int32Array(memory);
    this.#run = instance?.exports.run;
    this.moves = instance?.exports ?? new PlainHashMoves(this.bytes);
  }
  /**
   * Adds a message that stands in the memory; `start` must be a multiple of 64. Its digest is put at `to`, at the latest
   * by `run`; until then the memory up to the returned place belongs to it (the padding takes 9 to 72 bytes).
   */
  add(start, length, to) {
    const end = start + length;
    if (length > laneBytesMax) {
      this.bytes.set(hash2("sha256", this.bytes.subarray(start, end), "buffer"), to);
      return start;
    }
    const paddedEnd = end + 9 + blockBytes - 1 & -blockBytes;
    this.#pad(end, paddedEnd, length);
    if (this.#jobs === jobsMax) this.run();
    const at = jobsAt / 4 + this.#jobs * jobWords;
    const words2 = this.#words;
    words2[at] = start;
    words2[at + 1] = paddedEnd - start >> 6;
    words2[at + 2] = to;
    this.#jobs += 1;
    return paddedEnd;
  }
  /** Whether four are hashed at once. */
  get isParallel() {
    return this.#run !== void 0;
  }
  /** Hashes all messages added since the last time. */
  run() {
    const count = this.#jobs;
    this.#jobs = 0;
    if (this.#run !== void 0) this.#run(jobsAt, count);
    else this.#runPlain(count);
  }
  /** FIPS 180-4, section 5.1.1: a one, zeros, and the length in bits. */
  #pad(end, paddedEnd, length) {
    const { bytes } = this;
    bytes[end] = 128;
    let at = end + 1;
    for (; (at & 3) !== 0; at += 1) bytes[at] = 0;
    const words2 = this.#words;
    for (; at < paddedEnd; at += 4) words2[at >> 2] = 0;
    bytes[paddedEnd - 2] = length >> 5;
    bytes[paddedEnd - 1] = length << 3 & 255;
  }
  #runPlain(count) {
    for (let job = 0; job < count; job += 1) {
      const at = jobsAt / 4 + job * jobWords;
      const [start, blocks3, to] = this.#words.subarray(at, at + jobWords);
      const end = start + blocks3 * blockBytes;
      const length = this.bytes[end - 2] << 5 | this.bytes[end - 1] >> 3;
      sha256Into(this.bytes, start, start + length, this.bytes, to);
    }
  }
};
var compiled;
function instantiate(pages) {
  const api = globalThis.WebAssembly;
  if (compiled === void 0) compiled = api === void 0 ? null : compile(api);
  if (compiled === null || api === void 0) return void 0;
  const memory = new api.Memory({ initial: pages, maximum: pages });
  const { exports } = new api.Instance(compiled, { e: { m: memory } });
  const words2 = new Int32Array(memory.buffer);
  for (const [round, constant] of roundConstants.entries()) words2.fill(constant, round * lanes, (round + 1) * lanes);
  new Uint8Array(memory.buffer).set(maskBytes, maskAt);
  return { memory: memory.buffer, exports };
}
function compile(api) {
  try {
    return new api.Module(
      wasmModule({
        compress: { parameters: lanes, locals: compressLocals, code: compressCode() },
        run: { parameters: 2, locals: [i32Type, i32Type, i32Type, i32Type, i32Type], code: runCode() },
        ...hashMoves(maskAt)
      })
    );
  } catch {
    return null;
  }
}
var workingAt = lanes;
var scheduleAt = workingAt + 8;
var firstTemporary = scheduleAt + 16;
var secondTemporary = firstTemporary + 1;
var thirdTemporary = firstTemporary + 2;
var roundLocal = firstTemporary + 3;
var compressLocals = [...Array.from({ length: 8 + 16 + 3 }, () => v128Type), i32Type];
function compressCode() {
  const code = new WasmCode();
  for (let word = 0; word < 8; word += 1)
    code.constant(stateAt).loadVector(word * vectorBytes2).set(workingAt + word);
  for (let quarter = 0; quarter < 4; quarter += 1) pushTransposedLoad(code, quarter);
  let names2 = Array.from({ length: 8 }, (_, index) => workingAt + index);
  for (let round = 0; round < 16; round += 1)
    names2 = pushRound(code, names2, round, () => code.constant(constantsAt).loadVector(round * vectorBytes2));
  code.constant(16 * vectorBytes2).set(roundLocal);
  code.loopWhile(() => {
    for (let round = 0; round < 16; round += 1) {
      pushSchedule(code, round);
      names2 = pushRound(code, names2, round, () => code.get(roundLocal).loadVector(constantsAt + round * vectorBytes2));
    }
    code.get(roundLocal).constant(16 * vectorBytes2).op(wasmOps.add).tee(roundLocal);
    code.constant(roundConstants.length * vectorBytes2).op(wasmOps.lessUnsigned);
  });
  for (let word = 0; word < 8; word += 1) {
    code.constant(stateAt).get(workingAt + word);
    code.constant(stateAt).loadVector(word * vectorBytes2).simd(simdOps.add).storeVector(word * vectorBytes2);
  }
  return code;
}
var reversedWords = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
function pushWords(code, left, right, words2) {
  const bytes = words2.flatMap((word) => [word * 4, word * 4 + 1, word * 4 + 2, word * 4 + 3]);
  return code.get(left).get(right).simd(simdOps.shuffleBytes, ...bytes);
}
function pushTransposedLoad(code, quarter) {
  const [x, y, z, w] = [0, 1, 2, 3].map((lane) => scheduleAt + quarter * 4 + lane);
  for (const [lane, local] of [x, y, z, w].entries()) {
    code.get(lane).loadVector(quarter * vectorBytes2).set(local);
    code.get(local).get(local).simd(simdOps.shuffleBytes, ...reversedWords).set(local);
  }
  pushWords(code, x, y, [0, 4, 1, 5]).set(firstTemporary);
  pushWords(code, z, w, [0, 4, 1, 5]).set(secondTemporary);
  pushWords(code, x, y, [2, 6, 3, 7]).set(thirdTemporary);
  pushWords(code, z, w, [2, 6, 3, 7]).set(w);
  pushWords(code, firstTemporary, secondTemporary, [0, 1, 4, 5]).set(x);
  pushWords(code, firstTemporary, secondTemporary, [2, 3, 6, 7]).set(y);
  pushWords(code, thirdTemporary, w, [0, 1, 4, 5]).set(z);
  pushWords(code, thirdTemporary, w, [2, 3, 6, 7]).set(w);
}
function pushMixed(code, local, rotations, shift) {
  const pieces = rotations.flatMap((bits) => [
    [simdOps.shiftRight, bits],
    [simdOps.shiftLeft, 32 - bits]
  ]);
  if (shift !== void 0) pieces.push([simdOps.shiftRight, shift]);
  for (const [index, [op, bits]] of pieces.entries()) {
    code.get(local).constant(bits).simd(op);
    if (index > 0) code.simd(simdOps.xor);
  }
}
function pushRound(code, names2, round, constant) {
  const [a, b, c, d, e, f, g, h] = names2;
  code.get(h);
  pushMixed(code, e, [6, 11, 25]);
  code.simd(simdOps.add).get(f).get(g).get(e).simd(simdOps.select).simd(simdOps.add);
  constant();
  code.simd(simdOps.add).get(scheduleAt + round).simd(simdOps.add).set(firstTemporary);
  code.get(d).get(firstTemporary).simd(simdOps.add).set(d);
  code.get(firstTemporary);
  pushMixed(code, a, [2, 13, 22]);
  code.simd(simdOps.add).get(a).get(b).simd(simdOps.and);
  code.get(c).get(a).get(b).simd(simdOps.or).simd(simdOps.and).simd(simdOps.or).simd(simdOps.add).set(h);
  return [h, a, b, c, d, e, f, g];
}
function pushSchedule(code, round) {
  const word = (distance) => scheduleAt + (round + distance & 15);
  code.get(word(0));
  pushMixed(code, word(1), [7, 18], 3);
  code.simd(simdOps.add).get(word(9)).simd(simdOps.add);
  pushMixed(code, word(14), [17, 19], 10);
  code.simd(simdOps.add).set(word(0));
}
var [jobLocal, waitingLocal, laneLocal, unfinishedLocal, valueLocal, columnLocal, wordLocal] = [0, 1, 2, 3, 4, 5, 6];
var [laneBlock, laneLeft, laneTo] = [0, 4, 8];
function runCode() {
  const code = new WasmCode();
  code.get(waitingLocal).tee(unfinishedLocal).op(wasmOps.equalZero).branch(() => code.op(wasmOps.return));
  pushForEachLane(code, () => pushNextJob(code));
  code.loopWhile(() => {
    for (let lane = 0; lane < lanes; lane += 1) code.constant(lanesAt).load32(lane * vectorBytes2 + laneBlock);
    code.call(0);
    pushForEachLane(code, () => {
      code.get(laneLocal).load32(laneLeft).tee(valueLocal).constant(0).op(wasmOps.greaterSigned);
      code.branch(() => pushStepOfLane(code));
    });
    code.get(unfinishedLocal);
  });
  return code;
}
function pushForEachLane(code, body) {
  code.constant(lanesAt).set(laneLocal).constant(stateAt).set(columnLocal);
  code.loopWhile(() => {
    body();
    code.get(laneLocal).constant(vectorBytes2).op(wasmOps.add).set(laneLocal);
    code.get(columnLocal).constant(4).op(wasmOps.add).tee(columnLocal);
    code.constant(stateAt + vectorBytes2).op(wasmOps.lessUnsigned);
  });
}
function pushStepOfLane(code) {
  code.get(laneLocal).get(laneLocal).load32(laneBlock).constant(blockBytes).op(wasmOps.add).store32(laneBlock);
  code.get(laneLocal).get(valueLocal).constant(1).op(wasmOps.subtract).tee(valueLocal).store32(laneLeft);
  code.get(valueLocal).op(wasmOps.equalZero);
  code.branch(() => {
    code.get(laneLocal).load32(laneTo).set(valueLocal);
    for (let word = 0; word < 8; word += 1) {
      code.get(valueLocal).get(columnLocal).load32(word * vectorBytes2).tee(wordLocal);
      code.constant(8).op(wasmOps.rotateLeft).constant(16711935).op(wasmOps.and);
      code.get(wordLocal).constant(24).op(wasmOps.rotateLeft).constant(4278255360 | 0).op(wasmOps.and);
      code.op(wasmOps.or).store32(word * 4, 0);
    }
    code.get(unfinishedLocal).constant(1).op(wasmOps.subtract).set(unfinishedLocal);
    pushNextJob(code);
  });
}
function pushNextJob(code) {
  code.get(waitingLocal).branch(
    () => {
      for (const word of [laneBlock, laneLeft, laneTo]) code.get(laneLocal).get(jobLocal).load32(word).store32(word);
      code.get(jobLocal).constant(jobWords * 4).op(wasmOps.add).set(jobLocal);
      code.get(waitingLocal).constant(1).op(wasmOps.subtract).set(waitingLocal);
      for (const [word, value] of initialState.entries())
        code.get(columnLocal).constant(value).store32(word * vectorBytes2);
    },
    () => {
      code.get(laneLocal).constant(constantsAt).store32(laneBlock);
      code.get(laneLocal).constant(-1).store32(laneLeft);
    }
  );
}

// ../../hashprof/work/src/values/ion-hash.ts
function ionHash(value) {
  return withStack2((stack) => pushValue(stack, value, 0));
}
function ionHashOfString(text2) {
  return withStack2((stack) => pushText2(stack, text2, 128));
}
var spareStack2;
function withStack2(push) {
  const stack = spareStack2 ?? new ByteStack();
  spareStack2 = void 0;
  push(stack);
  stack.digestSince(0);
  const bytes = stack.take();
  spareStack2 = stack;
  return bytes;
}
function pushValue(stack, value, depth) {
  const { annotations } = value;
  if (annotations === void 0) {
    pushBare(stack, value, depth);
    return;
  }
  stack.pushByte(hashEnd);
  pushBare(stack, value, depth);
  for (let index = annotations.length - 1; index >= 0; index -= 1) pushSymbol(stack, annotations[index]);
  stack.pushByte(224);
  stack.pushByte(hashBegin);
}
function pushBare(stack, value, depth) {
  switch (value.type) {
    case "missing":
    case "bag":
    case "date":
    case "time":
    case "interval":
      pushValue(stack, toPartiqlIon(value), depth);
      return;
    case "string":
      pushText2(stack, value.value, 128);
      return;
    case "symbol":
      pushSymbol(stack, value.value);
      return;
  }
  stack.pushByte(hashEnd);
  const size = stack.size;
  let qualifier;
  switch (value.type) {
    case "struct":
      pushFields(stack, value, checkDepth2(depth + 1));
      qualifier = 208;
      break;
    case "list":
    case "sexp":
      pushItems(stack, value.items, checkDepth2(depth + 1));
      qualifier = value.type === "list" ? 176 : 192;
      break;
    default:
      qualifier = pushRepresentation(stack, value);
      stack.escapeSince(size);
  }
  stack.pushByte(qualifier);
  stack.pushByte(hashBegin);
}
function pushRepresentation(stack, value) {
  switch (value.type) {
    case "null":
      return typeCodes[value.nullType] << 4 | 15;
    case "bool":
      return value.value ? 17 : 16;
    case "int": {
      const isNegative = value.value < 0;
      if (typeof value.value === "number") stack.pushUInt(Math.abs(value.value));
      else stack.pushBigUInt(isNegative ? -value.value : value.value);
      return isNegative ? 48 : 32;
    }
    case "float":
      if (!Object.is(value.value, 0)) stack.pushFloat64(Number.isNaN(value.value) ? Number.NaN : value.value);
      return 64;
    case "decimal":
      pushDecimalBody(stack, value);
      return 80;
    case "timestamp":
      pushTimestampBody(stack, value);
      return 96;
    case "clob":
      stack.pushBytes(value.bytes);
      return 144;
    case "blob":
      stack.pushBytes(value.bytes);
      return 160;
    default:
      return value;
  }
}
function pushItems(stack, items, depth) {
  for (let index = items.length - 1; index >= 0; index -= 1) pushValue(stack, items[index], depth);
}
function pushFields(stack, value, depth) {
  const { names: names2 } = value;
  const size = stack.size;
  structsHashed += 1;
  const lanes2 = names2.length > 1 && structsHashed > structsBeforeLanes ? fieldLanes() : void 0;
  const room = lanes2 === void 0 ? 0 : lanes2.bytes.length - lanesAt2 - names2.length * sha256Bytes;
  if (lanes2 !== void 0 && room > blockBytes2) pushFieldsInLanes(stack, value, depth, lanes2);
  else {
    for (let index = 0; index < names2.length; index += 1) {
      const fieldSize = stack.size;
      pushField(stack, value, index, depth);
      stack.digestSince(fieldSize);
    }
  }
  stack.sortDigests(names2.length);
  stack.escapeSince(size);
}
function pushField(stack, { names: names2, values }, index, depth) {
  pushValue(stack, values[index], depth);
  pushSymbol(stack, names2[index]);
}
var structsBeforeLanes = 64;
var laneMemoryBytes = 64 * 1024;
var blockBytes2 = 64;
var paddingBytesMax = 72;
var structsHashed = 0;
var madeLanes;
var lanesAt2 = 0;
function fieldLanes() {
  madeLanes ??= new Sha256Lanes(laneMemoryBytes);
  lanesAt2 = Math.max(lanesAt2, madeLanes.start);
  return madeLanes.isParallel ? madeLanes : void 0;
}
function pushFieldsInLanes(stack, value, depth, lanes2) {
  const count = value.names.length;
  const digestsAt = lanesAt2;
  lanesAt2 = digestsAt + count * sha256Bytes + blockBytes2 - 1 & -blockBytes2;
  try {
    for (let index = 0; index < count; index += 1) {
      const fieldSize = stack.size;
      pushField(stack, value, index, depth);
      const to = digestsAt + index * sha256Bytes;
      const length = stack.size - fieldSize;
      if (lanesAt2 + length + paddingBytesMax > lanes2.bytes.length) {
        stack.digestSince(fieldSize);
        stack.moveSince(fieldSize, lanes2.bytes, to);
      } else {
        stack.moveSince(fieldSize, lanes2.bytes, lanesAt2);
        lanesAt2 = lanes2.add(lanesAt2, length, to);
      }
    }
    lanes2.run();
    stack.pushRange(lanes2.bytes, digestsAt, digestsAt + count * sha256Bytes);
  } finally {
    lanesAt2 = digestsAt;
  }
}
function pushSymbol(stack, text2) {
  if (text2 === unknownSymbolText) {
    stack.pushByte(hashEnd);
    stack.pushByte(113);
    stack.pushByte(hashBegin);
  } else pushText2(stack, text2, 112);
}
function pushText2(stack, text2, qualifier) {
  stack.pushByte(hashEnd);
  const size = stack.size;
  if (stack.pushText(text2) === -1)
    throw new LedgerError("value/out-of-range", "a text with half a surrogate pair has no form in Ion binary");
  stack.escapeSince(size);
  stack.pushByte(qualifier);
  stack.pushByte(hashBegin);
}
function checkDepth2(depth) {
  if (depth <= nestingDepthMax) return depth;
  throw new LedgerError("ion/nesting-too-deep", `the value nests more than ${nestingDepthMax} levels deep`);
}

// ../../hashprof/work/src/values/join-hashes.ts
var pair = new Uint8Array(2 * sha256Bytes);
function joinHashes(a, b) {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  if (a.length !== sha256Bytes || b.length !== sha256Bytes) throw new BugError("a hash is 32 bytes long or empty");
  const isOrdered = compareHashes(a, b) < 0;
  pair.set(isOrdered ? a : b);
  pair.set(isOrdered ? b : a, sha256Bytes);
  const joined3 = Buffer.allocUnsafe(sha256Bytes);
  sha256Into(pair, 0, pair.length, joined3, 0);
  return joined3;
}
function compareHashes(a, b) {
  for (let index = sha256Bytes - 1; index >= 0; index -= 1) {
    const difference = (a[index] << 24 >> 24) - (b[index] << 24 >> 24);
    if (difference !== 0) return difference;
  }
  return 0;
}

// ../../hashprof/work/src/journal/shape.ts
var hashBytes2 = 32;
function malformed(where, found, expected2) {
  return new LedgerError("journal/malformed", `${where} is ${found}, expected ${expected2}`);
}
function checkStruct(value, where, known) {
  if (value?.type !== "struct" || value.annotations !== void 0) throw malformed(where, described(value), "a struct");
  const seen = /* @__PURE__ */ new Set();
  for (const name of value.names) {
    if (!known.has(name)) continue;
    if (seen.has(name)) throw malformed(`${where}.${name}`, "there twice", "one field");
    seen.add(name);
  }
  return value;
}
function optionalField(struct2, name) {
  const value = struct2.get(name);
  return value === void 0 || value.type === "null" && value.annotations === void 0 ? void 0 : value;
}
function textField(struct2, name, where) {
  const value = struct2.get(name);
  if (value?.type === "string" && value.annotations === void 0) return value.value;
  throw malformed(`${where}.${name}`, described(value), "a string");
}
function countField(struct2, name, where) {
  return countOf2(struct2.get(name), `${where}.${name}`);
}
function countOf2(value, where) {
  const isCount = value?.type === "int" && value.annotations === void 0;
  if (isCount && typeof value.value === "number" && value.value >= 0) return value.value;
  throw malformed(where, described(value), "an int from 0 on");
}
function timestampField(struct2, name, where) {
  const value = struct2.get(name);
  if (value?.type === "timestamp" && value.annotations === void 0) return value;
  throw malformed(`${where}.${name}`, described(value), "a timestamp");
}
function hashField(struct2, name, where) {
  return hashOf(struct2.get(name), `${where}.${name}`);
}
function hashOf(value, where) {
  if (value?.type !== "blob" || value.annotations !== void 0) throw malformed(where, described(value), "a blob");
  const { bytes } = value;
  if (bytes.length === hashBytes2 || bytes.length === 0) return bytes;
  throw malformed(where, `a blob of ${bytes.length} bytes`, `one of ${hashBytes2}`);
}
function listField(struct2, name, where) {
  const value = optionalField(struct2, name);
  if (value === void 0) return void 0;
  if (value.type === "list" && value.annotations === void 0) return value.items;
  throw malformed(`${where}.${name}`, described(value), "a list");
}
function described(value) {
  if (value === void 0) return "absent";
  if (value.annotations !== void 0) return `an annotated ${value.type}`;
  if (value.type === "int") return `the int ${value.value}`;
  return `a ${value.type}`;
}

// ../../hashprof/work/src/journal/block-from-ion.ts
var knownFields = {
  block: /* @__PURE__ */ new Set([
    "blockAddress",
    "transactionId",
    "blockTimestamp",
    "blockHash",
    "entriesHash",
    "previousBlockHash",
    "entriesHashList",
    "transactionInfo",
    "redactionInfo",
    "revisions"
  ]),
  address: /* @__PURE__ */ new Set(["strandId", "sequenceNo"]),
  revision: /* @__PURE__ */ new Set(["blockAddress", "hash", "data", "dataHash", "metadata"]),
  metadata: /* @__PURE__ */ new Set(["id", "version", "txTime", "txId"]),
  transactionInfo: /* @__PURE__ */ new Set(["statements", "documents"]),
  statement: /* @__PURE__ */ new Set(["statement", "startTime", "statementDigest"]),
  document: /* @__PURE__ */ new Set(["tableName", "tableId", "statements"]),
  redactionInfo: /* @__PURE__ */ new Set(["revisions"]),
  redactedRevision: /* @__PURE__ */ new Set(["blockAddress", "tableId", "documentId", "version"])
};
function blockFromIon(value) {
  return new IonBlock(checkStruct(value, "the block", knownFields.block));
}
var IonBlock = class {
  ion;
  blockAddress;
  transactionId;
  blockTimestamp;
  blockHash;
  entriesHash;
  previousBlockHash;
  entriesHashList;
  #name;
  #transactionInfo = null;
  #revisions = null;
  constructor(ion) {
    this.ion = ion;
    this.blockAddress = addressOf(ion.get("blockAddress"), "the block");
    this.#name = `block ${this.blockAddress.sequenceNo}`;
    this.transactionId = textField(ion, "transactionId", this.#name);
    this.blockTimestamp = timestampField(ion, "blockTimestamp", this.#name);
    this.blockHash = hashField(ion, "blockHash", this.#name);
    this.entriesHash = hashField(ion, "entriesHash", this.#name);
    const previous = optionalField(ion, "previousBlockHash");
    this.previousBlockHash = previous === void 0 ? new Uint8Array(0) : hashOf(previous, `${this.#name}.previousBlockHash`);
    const entries = listField(ion, "entriesHashList", this.#name) ?? [];
    this.entriesHashList = entries.map((item, index) => hashOf(item, `${this.#name}.entriesHashList[${index}]`));
  }
  get transactionInfo() {
    if (this.#transactionInfo === null) {
      const value = optionalField(this.ion, "transactionInfo");
      this.#transactionInfo = value && transactionInfoOf(value, `${this.#name}.transactionInfo`);
    }
    return this.#transactionInfo;
  }
  get redactionInfo() {
    const value = optionalField(this.ion, "redactionInfo");
    return value && redactionInfoOf(value, `${this.#name}.redactionInfo`);
  }
  get revisions() {
    if (this.#revisions === null) {
      const items = listField(this.ion, "revisions", this.#name);
      this.#revisions = items?.map((item, index) => revisionFromIon(item, `${this.#name}.revisions[${index}]`));
    }
    return this.#revisions;
  }
};
function revisionFromIon(value, where = "the revision") {
  return new IonRevision(checkStruct(value, where, knownFields.revision), where);
}
var IonRevision = class {
  ion;
  #where;
  constructor(ion, where) {
    this.ion = ion;
    this.#where = where;
  }
  get hash() {
    return hashField(this.ion, "hash", this.#where);
  }
  get blockAddress() {
    const value = optionalField(this.ion, "blockAddress");
    return value && addressOf(value, this.#where);
  }
  get data() {
    const value = this.ion.get("data");
    if (value === void 0 || value.type === "struct") return value;
    throw malformed(`${this.#where}.data`, `a ${value.type}`, "a struct");
  }
  get dataHash() {
    const value = optionalField(this.ion, "dataHash");
    return value && hashOf(value, `${this.#where}.dataHash`);
  }
  get metadata() {
    const ion = this.metadataIon;
    if (ion === void 0) return void 0;
    const where = `${this.#where}.metadata`;
    return {
      id: textField(ion, "id", where),
      version: countField(ion, "version", where),
      txTime: timestampField(ion, "txTime", where),
      txId: textField(ion, "txId", where)
    };
  }
  get metadataIon() {
    const value = optionalField(this.ion, "metadata");
    return value && checkStruct(value, `${this.#where}.metadata`, knownFields.metadata);
  }
};
function addressOf(value, where) {
  const ion = checkStruct(value, `${where}.blockAddress`, knownFields.address);
  return {
    strandId: textField(ion, "strandId", `${where}.blockAddress`),
    sequenceNo: countField(ion, "sequenceNo", `${where}.blockAddress`)
  };
}
function transactionInfoOf(value, where) {
  const ion = checkStruct(value, where, knownFields.transactionInfo);
  const statements = (listField(ion, "statements", where) ?? []).map(
    (item, index) => statementOf(item, `${where}.statements[${index}]`)
  );
  const field = optionalField(ion, "documents");
  if (field === void 0) return { ion, statements, documents: void 0 };
  const documentsIon = checkStruct(field, `${where}.documents`, /* @__PURE__ */ new Set());
  const documents = /* @__PURE__ */ new Map();
  documentsIon.names.forEach((id, index) => {
    if (documents.has(id)) throw malformed(`${where}.documents.${id}`, "there twice", "one field");
    documents.set(id, documentOf(documentsIon.values[index], `${where}.documents.${id}`));
  });
  return { ion, statements, documents };
}
function statementOf(value, where) {
  const ion = checkStruct(value, where, knownFields.statement);
  return {
    statement: textField(ion, "statement", where),
    startTime: timestampField(ion, "startTime", where),
    statementDigest: hashField(ion, "statementDigest", where)
  };
}
function documentOf(value, where) {
  const ion = checkStruct(value, where, knownFields.document);
  return {
    tableName: textField(ion, "tableName", where),
    tableId: textField(ion, "tableId", where),
    statements: (listField(ion, "statements", where) ?? []).map((item) => countOf2(item, `${where}.statements`))
  };
}
function redactionInfoOf(value, where) {
  const ion = checkStruct(value, where, knownFields.redactionInfo);
  const revisions = (listField(ion, "revisions", where) ?? []).map(
    (item, index) => redactedRevisionOf(item, `${where}.revisions[${index}]`)
  );
  return { ion, revisions };
}
function redactedRevisionOf(value, where) {
  const ion = checkStruct(value, where, knownFields.redactedRevision);
  return {
    blockAddress: addressOf(ion.get("blockAddress"), where),
    tableId: textField(ion, "tableId", where),
    documentId: textField(ion, "documentId", where),
    version: countField(ion, "version", where)
  };
}

// ../../hashprof/work/src/journal/merkle-tree.ts
function rootOf(hashes) {
  let level = hashes;
  while (level.length > 1) level = parentsOf(level);
  return level[0] ?? new Uint8Array(0);
}
function siblingsIn(hashes, index) {
  assert(index >= 0 && index < hashes.length, `leaf ${index} is one of ${hashes.length}`);
  const siblings = [];
  let position2 = index;
  for (let level = hashes; level.length > 1; level = parentsOf(level)) {
    const sibling = level[position2 ^ 1];
    if (sibling !== void 0) siblings.push(sibling);
    position2 >>= 1;
  }
  return siblings;
}
function parentsOf(level) {
  const parents = [];
  for (let index = 0; index < level.length; index += 2) {
    const left = level[index];
    const right = level[index + 1];
    parents.push(right === void 0 ? left : joinHashes(left, right));
  }
  return parents;
}
function appendLeaf(nodes, leafCount, leaf) {
  let index = leafCount;
  let node = leaf;
  nodes.put(0, index, node);
  for (let level = 0; index % 2 === 1; level += 1) {
    node = joinHashes(nodes.get(level, index - 1), node);
    index = (index - 1) / 2;
    nodes.put(level + 1, index, node);
  }
}
function treeRoot(nodes, leafCount) {
  return rootOfEdge(nodes, leafCount, Number.POSITIVE_INFINITY);
}
function rootOfEdge(nodes, leafCount, levelsMax) {
  let root = new Uint8Array(0);
  let count = leafCount;
  for (let level = 0; count > 0 && level < levelsMax; level += 1) {
    if (count % 2 === 1) root = joinHashes(nodes.get(level, count - 1), root);
    count = Math.floor(count / 2);
  }
  return root;
}
function siblingRanges(index, leafCount) {
  assert(index >= 0 && index < leafCount, `leaf ${index} is one of ${leafCount}`);
  const ranges = [];
  let position2 = index;
  let size = 1;
  for (let level = 0, count = leafCount; count > 1; level += 1) {
    const sibling = position2 % 2 === 0 ? position2 + 1 : position2 - 1;
    if (sibling < count) {
      const last = Math.min((sibling + 1) * size, leafCount) - 1;
      ranges.push({ first: sibling * size, last, level, index: sibling });
    }
    position2 = Math.floor(position2 / 2);
    count = Math.ceil(count / 2);
    size *= 2;
  }
  return ranges;
}
function treeSiblings(nodes, index, leafCount) {
  return siblingRanges(index, leafCount).map(
    (range2) => range2.last - range2.first + 1 === 2 ** range2.level ? nodes.get(range2.level, range2.index) : rootOfEdge(nodes, leafCount, range2.level)
  );
}
var RunningTree = class {
  /** Roots of perfect subtrees, the largest first. */
  #edge = [];
  #leafCount = 0;
  get leafCount() {
    return this.#leafCount;
  }
  /** Roots of the perfect subtrees so far, the largest first; from the end, they are the left siblings of the next leaf. */
  get edge() {
    return this.#edge;
  }
  append(leaf) {
    let node = leaf;
    for (let count = this.#leafCount; count % 2 === 1; count = (count - 1) / 2) {
      node = joinHashes(this.#edge.pop(), node);
    }
    this.#edge.push(node);
    this.#leafCount += 1;
  }
  root() {
    return this.#edge.reduceRight((root, node) => joinHashes(node, root), new Uint8Array(0));
  }
};

// ../../hashprof/work/src/journal/block.ts
function sealBlock(content, previous) {
  const address = { strandId: content.strandId, sequenceNo: previous === void 0 ? 0 : previous.sequenceNo + 1 };
  const { transactionId, blockTimestamp } = content;
  const transactionInfo = content.transactionInfo && transactionInfoToIon(content.transactionInfo);
  const redactionInfo = content.redactionInfo && redactionInfoToIon(content.redactionInfo);
  const sealed = (content.revisions ?? []).map((revision) => sealRevision(revision, address));
  const entries = [ionHash(headOf(address, transactionId, blockTimestamp))];
  if (sealed.length > 0) entries.push(rootOf(sealed.map((revision) => revision.hash)));
  if (redactionInfo !== void 0) entries.push(ionHash(redactionInfo));
  if (transactionInfo !== void 0) entries.push(ionHash(transactionInfo));
  const entriesHash = rootOf(entries);
  const previousBlockHash = previous?.blockHash ?? new Uint8Array(0);
  const fields3 = [
    ["blockAddress", addressToIon(address)],
    ["transactionId", string(transactionId)],
    ["blockTimestamp", blockTimestamp],
    ["blockHash", blob(joinHashes(entriesHash, previousBlockHash))],
    ["entriesHash", blob(entriesHash)],
    ["previousBlockHash", blob(previousBlockHash)],
    ["entriesHashList", list(entries.map((hash3) => blob(hash3)))],
    ["transactionInfo", transactionInfo],
    ["redactionInfo", redactionInfo],
    ["revisions", sealed.length === 0 ? void 0 : list(sealed.map((revision) => revision.ion))]
  ];
  const present = fields3.filter((field) => field[1] !== void 0);
  return blockFromIon(
    struct(
      present.map(([name]) => name),
      present.map(([, value]) => value)
    )
  );
}
function headOf(address, transactionId, blockTimestamp) {
  return structOf({ blockAddress: addressToIon(address), transactionId: string(transactionId), blockTimestamp });
}
function coversHead(block) {
  const { blockAddress, transactionId, blockTimestamp } = block;
  const hash3 = ionHash(headOf(blockAddress, transactionId, blockTimestamp));
  return block.entriesHashList.some((entry) => equalBytes(entry, hash3));
}
function revisionHash(data, metadata, dataHash) {
  const hashOfData = dataHash ?? (data === void 0 ? new Uint8Array(0) : ionHash(data));
  return joinHashes(hashOfData, ionHash(metadata));
}
function statementDigest(statement, parameters = []) {
  return parameters.reduce((digest, value) => joinHashes(digest, ionHash(value)), ionHashOfString(statement));
}
function redactBlock(block, position2) {
  const revision = block.revisions?.[position2];
  assert(revision !== void 0, `the block has a revision ${position2}`);
  const { data } = revision;
  if (data === void 0) return block;
  const redacted = replaceField(revision.ion, "data", "dataHash", blob(ionHash(data)));
  const revisions = (block.revisions ?? []).map(({ ion }, index) => index === position2 ? redacted : ion);
  return blockFromIon(replaceField(block.ion, "revisions", "revisions", list(revisions)));
}
function encodeBlock(block) {
  return encodeIon(block.ion);
}
function decodeBlock(bytes) {
  if (!isIonBinary(bytes)) throw new LedgerError("journal/malformed", "a block is not Ion binary");
  return blockFromIon(decodeLazy(bytes, new LocalSymbolTable()));
}
function blockToIon(block) {
  return block.ion;
}
function addressToIon(address) {
  return structOf({ strandId: string(address.strandId), sequenceNo: int(address.sequenceNo) });
}
function sealRevision(content, address) {
  const { id, version, txTime, txId } = content.metadata;
  const metadata = structOf({ id: string(id), version: int(version), txTime, txId: string(txId) });
  const { data } = content;
  const hash3 = revisionHash(data, metadata);
  const fields3 = { blockAddress: addressToIon(address), hash: blob(hash3) };
  return { ion: structOf(data === void 0 ? { ...fields3, metadata } : { ...fields3, data, metadata }), hash: hash3 };
}
function transactionInfoToIon({ statements, documents }) {
  const statementList = list(
    statements.map(
      ({ statement, startTime, statementDigest: statementDigest2 }) => structOf({ statement: string(statement), startTime, statementDigest: blob(statementDigest2) })
    )
  );
  if (documents === void 0) return structOf({ statements: statementList });
  const infos = [...documents.values()].map(
    ({ tableName, tableId, statements: statements2 }) => structOf({
      tableName: string(tableName),
      tableId: string(tableId),
      statements: list(statements2.map((index) => int(index)))
    })
  );
  return structOf({ statements: statementList, documents: struct([...documents.keys()], infos) });
}
function redactionInfoToIon({ revisions }) {
  return structOf({ revisions: list(revisions.map(redactedRevisionToIon)) });
}
function redactedRevisionToIon(revision) {
  return structOf({
    blockAddress: addressToIon(revision.blockAddress),
    tableId: string(revision.tableId),
    documentId: string(revision.documentId),
    version: int(revision.version)
  });
}
function replaceField(ion, name, newName, value) {
  const at = ion.names.indexOf(name);
  return struct(ion.names.with(at, newName), ion.values.with(at, value));
}

// ../../hashprof/work/src/journal/digest.ts
function digestAt(nodes, tip) {
  return { digest: treeRoot(nodes, tip.sequenceNo + 1), digestTipAddress: tip };
}

// ../../hashprof/work/src/journal/proof.ts
function blockProof(nodes, sequenceNo, tipSequenceNo) {
  assert(sequenceNo <= tipSequenceNo, `block ${sequenceNo} is not after the tip ${tipSequenceNo}`);
  return treeSiblings(nodes, sequenceNo, tipSequenceNo + 1);
}
function revisionProof(nodes, block, position2, tipSequenceNo) {
  const hashes = (block.revisions ?? []).map((revision) => revision.hash);
  assert(position2 < hashes.length, `the block has a revision ${position2}`);
  const root = rootOf(hashes);
  const entry = block.entriesHashList.findIndex((hash3) => equalBytes(hash3, root));
  if (entry === -1) return void 0;
  const previous = block.previousBlockHash.length === 0 ? [] : [block.previousBlockHash];
  return [
    ...siblingsIn(hashes, position2),
    ...siblingsIn(block.entriesHashList, entry),
    ...previous,
    ...blockProof(nodes, block.blockAddress.sequenceNo, tipSequenceNo)
  ];
}

// ../../hashprof/work/src/ledger/keys.ts
import { createHash } from "node:crypto";
var prefixes = {
  identity: 1,
  block: 2,
  state: 3,
  writeSet: 4,
  treeNode: 5,
  symbol: 6,
  document: 7,
  documentId: 8,
  revision: 9,
  indexEntry: 10,
  indexNumber: 11,
  documentCounter: 12,
  doubt: 13
};
var firstDerived = prefixes.state;
var lastDerived = prefixes.documentCounter;
var catalogTableNumber = 0;
function prefixRange(start) {
  const end = Buffer.from(start);
  let last = end.length - 1;
  while (end[last] === 255) last -= 1;
  assert(last >= 0, "a key does not begin with 0xff alone");
  end[last] = end[last] + 1;
  return { start, end: end.subarray(0, last + 1) };
}
function key(prefix, size) {
  const bytes = Buffer.allocUnsafeSlow(1 + size);
  bytes[0] = prefix;
  return bytes;
}
var identityKey = Uint8Array.of(prefixes.identity);
var stateKey = Uint8Array.of(prefixes.state);
var derivedRange = { start: Uint8Array.of(firstDerived), end: Uint8Array.of(lastDerived + 1) };
function blockKey(sequenceNo) {
  return sequenceKey(prefixes.block, sequenceNo);
}
var blocksRange = prefixRange(Uint8Array.of(prefixes.block));
function sequenceOfBlockKey(bytes) {
  return view(bytes).readUIntBE(1, 6);
}
function writeSetKey(sequenceNo) {
  return sequenceKey(prefixes.writeSet, sequenceNo);
}
function sequenceKey(prefix, sequenceNo) {
  const bytes = key(prefix, 6);
  bytes.writeUIntBE(sequenceNo, 1, 6);
  return bytes;
}
function treeNodeKey(level, index) {
  const bytes = key(prefixes.treeNode, 7);
  bytes[1] = level;
  bytes.writeUIntBE(index, 2, 6);
  return bytes;
}
function symbolKey(id) {
  const bytes = key(prefixes.symbol, 4);
  bytes.writeUInt32BE(id, 1);
  return bytes;
}
function symbolRange(from, end) {
  return { start: symbolKey(from), end: symbolKey(end) };
}
function documentKey(tableNumber, documentNumber) {
  return placeKey(prefixes.document, tableNumber, documentNumber, 0);
}
function documentRange(tableNumber, from = 0) {
  return { start: documentKey(tableNumber, from), end: documentKey(tableNumber + 1, 0) };
}
function documentNumberOfKey(bytes) {
  return view(bytes).readUIntBE(5, 6);
}
function revisionKey(tableNumber, documentNumber, version) {
  const bytes = placeKey(prefixes.revision, tableNumber, documentNumber, 4);
  bytes.writeUInt32BE(version, 11);
  return bytes;
}
function revisionRange(tableNumber) {
  return { start: revisionKey(tableNumber, 0, 0), end: revisionKey(tableNumber + 1, 0, 0) };
}
function documentRevisionRange(place) {
  const { tableNumber, documentNumber } = place;
  return { start: revisionKey(tableNumber, documentNumber, 0), end: revisionKey(tableNumber, documentNumber + 1, 0) };
}
function placeKey(prefix, tableNumber, documentNumber, rest) {
  const bytes = key(prefix, 10 + rest);
  bytes.writeUInt32BE(tableNumber, 1);
  bytes.writeUIntBE(documentNumber, 5, 6);
  return bytes;
}
function documentIdKey(documentId) {
  return idKey(prefixes.documentId, documentId);
}
function indexNumberKey(indexId) {
  return idKey(prefixes.indexNumber, indexId);
}
var indexNumberRange = prefixRange(Uint8Array.of(prefixes.indexNumber));
function idOfKey(bytes) {
  return view(bytes).toString("latin1", 1);
}
function idKey(prefix, id) {
  assert(id.length === idCharacters, `'${id}' is an id`);
  const bytes = key(prefix, idCharacters);
  bytes.write(id, 1, "latin1");
  return bytes;
}
function documentCounterKey(tableNumber) {
  const bytes = key(prefixes.documentCounter, 4);
  bytes.writeUInt32BE(tableNumber, 1);
  return bytes;
}
function doubtKey(sequenceNo, position2) {
  const bytes = key(prefixes.doubt, 10);
  bytes.writeUIntBE(sequenceNo, 1, 6);
  bytes.writeUInt32BE(position2, 7);
  return bytes;
}
function doubtsOf(reader, sequenceNo) {
  const positions = [];
  for (const [bytes] of reader.range({ start: doubtKey(sequenceNo, 0), end: doubtKey(sequenceNo + 1, 0) }))
    positions.push(view(bytes).readUInt32BE(7));
  return positions;
}
var indexKeyBytesMax = 64;
var hashedKeyLength = 255;
function indexKeyOf(value) {
  const text2 = equalityKey(value);
  const bytes = Buffer.from(text2, "utf8");
  if (bytes.length <= indexKeyBytesMax) return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
  return Buffer.concat([Uint8Array.of(hashedKeyLength), createHash("sha256").update(text2, "utf8").digest()]);
}
function indexedKey(data, field) {
  const value = data?.get(field);
  return value === void 0 || isAbsent(value) ? void 0 : indexKeyOf(value);
}
function indexEntryKey(indexNumber, indexKey, documentNumber) {
  const bytes = key(prefixes.indexEntry, 4 + indexKey.length + 6);
  bytes.writeUInt32BE(indexNumber, 1);
  bytes.set(indexKey, 5);
  bytes.writeUIntBE(documentNumber, 5 + indexKey.length, 6);
  return bytes;
}
function indexEntryRange(indexNumber, indexKey) {
  const bytes = key(prefixes.indexEntry, 4 + indexKey.length);
  bytes.writeUInt32BE(indexNumber, 1);
  bytes.set(indexKey, 5);
  return prefixRange(bytes);
}
function indexRange(indexNumber) {
  const bytes = key(prefixes.indexEntry, 4);
  bytes.writeUInt32BE(indexNumber, 1);
  return prefixRange(bytes);
}
function documentNumberOfIndexEntry(bytes) {
  return view(bytes).readUIntBE(bytes.length - 6, 6);
}
function view(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// ../../hashprof/work/src/ledger/block-cache.ts
var BlockCache = class {
  #reader;
  #blocks = /* @__PURE__ */ new Map();
  constructor(reader) {
    this.#reader = reader;
  }
  /** Throws LedgerError 'journal/gap' when the block is not there. */
  block(sequenceNo) {
    const held = this.#blocks.get(sequenceNo);
    if (held !== void 0) return held;
    const block = readBlock(this.#reader, sequenceNo);
    if (this.#blocks.size >= cachedBlocksMax) {
      const [oldest] = this.#blocks.keys();
      this.#blocks.delete(oldest);
    }
    this.#blocks.set(sequenceNo, block);
    return block;
  }
};
function readBlock(reader, sequenceNo) {
  const bytes = reader.get(blockKey(sequenceNo));
  if (bytes === void 0) throw new LedgerError("journal/gap", `block ${sequenceNo} is not in the store`);
  return decodeBlock(bytes);
}

// ../../hashprof/work/src/ledger/catalog.ts
var catalogTableName = "_ql_catalog";
var catalogTableId = "0000000000000000000000";
var derivedVersion = 4294967295;
function versionAfter(version) {
  return version === derivedVersion ? 0 : version + 1;
}
function documentOfTable(table) {
  const indexes = table.indexes.map(
    (index) => structOf({ indexId: string(index.indexId), expr: string(`[${index.field}]`), status: string("ONLINE") })
  );
  return structOf({
    tableId: string(table.tableId),
    name: string(table.name),
    indexes: list(indexes),
    status: string(table.status)
  });
}
function tableOfDocument(document) {
  if (document.type !== "struct") throw malformed2();
  const indexes = document.get("indexes");
  const status = textOf3(document.get("status"));
  if (indexes?.type !== "list" || status !== "ACTIVE" && status !== "INACTIVE") throw malformed2();
  return {
    tableId: textOf3(document.get("tableId")),
    name: textOf3(document.get("name")),
    status,
    indexes: indexes.items.map((index) => {
      if (index.type !== "struct") throw malformed2();
      return { indexId: textOf3(index.get("indexId")), field: textOf3(index.get("expr")).slice(1, -1) };
    })
  };
}
function textOf3(value) {
  if (value?.type !== "string") throw malformed2();
  return value.value;
}
function malformed2() {
  return new LedgerError("store/corrupt", "a document of the catalog is not a table definition");
}
var CatalogState = class _CatalogState {
  /** sequenceNo of the block that made it; own DDL keeps the committed one's. */
  version;
  /** By table id, in the order of creation. */
  tables;
  /** Index id → the number that its entries have in the store. */
  indexNumbers;
  #activeByName = /* @__PURE__ */ new Map();
  constructor(version, tables, indexNumbers) {
    this.version = version;
    this.tables = tables;
    this.indexNumbers = indexNumbers;
    for (const table of tables.values()) if (table.status === "ACTIVE") this.#activeByName.set(table.name, table);
  }
  activeTable(name) {
    return this.#activeByName.get(name);
  }
  activeNames() {
    return this.#activeByName.keys();
  }
  get activeCount() {
    return this.#activeByName.size;
  }
  /** The same catalog with one table added or replaced by this transaction. */
  withTable(definition) {
    const before = this.tables.get(definition.tableId);
    const tables = new Map(this.tables);
    tables.set(definition.tableId, { ...definition, number: before?.number, committed: before?.committed });
    return new _CatalogState(this.version, tables, this.indexNumbers);
  }
};
var PlanCatalog = class {
  #state;
  #onName;
  constructor(state2, onName) {
    this.#state = state2;
    this.#onName = onName;
  }
  findGlobal(name) {
    this.#onName(name);
    const table = this.#state.activeTable(name);
    return table === void 0 ? void 0 : { kind: "table", table: infoOf(table) };
  }
  findTableById(tableId) {
    const table = this.#state.tables.get(tableId);
    return table === void 0 ? void 0 : infoOf(table);
  }
  globalNames() {
    return this.#state.activeNames();
  }
};
function infoOf(table) {
  const usable = new Set(table.committed?.indexes.map((index) => index.indexId));
  return {
    tableId: table.tableId,
    name: table.name,
    active: table.status === "ACTIVE",
    indexes: table.indexes.filter((index) => usable.has(index.indexId))
  };
}

// ../../hashprof/work/src/ledger/committed-row.ts
function committedRow(strandId, documentId, version, revision, data) {
  return struct(
    ["blockAddress", "hash", "data", "metadata"],
    [
      blockAddressValue(strandId, revision.sequenceNo),
      blob(revision.hash),
      data,
      structOf({
        id: string(documentId),
        version: int(version),
        txTime: timestampFromMs(revision.txTimeMs),
        txId: string(revision.txId)
      })
    ]
  );
}
function blockAddressValue(strandId, sequenceNo) {
  return structOf({ strandId: string(strandId), sequenceNo: int(sequenceNo) });
}
function revisionRow(block, position2) {
  const revision = block.revisions?.[position2];
  const metadata = revision?.metadata;
  if (revision === void 0 || metadata === void 0)
    throw new LedgerError("store/corrupt", `block ${block.blockAddress.sequenceNo} has no revision ${position2}`);
  const names2 = ["blockAddress", "hash"];
  const { strandId, sequenceNo } = block.blockAddress;
  const values = [blockAddressValue(strandId, sequenceNo), blob(revision.hash)];
  if (revision.dataHash !== void 0) {
    names2.push("dataHash");
    values.push(blob(revision.dataHash));
  }
  if (revision.data !== void 0) {
    names2.push("data");
    values.push(revision.data);
  }
  names2.push("metadata");
  const { id, version, txTime, txId } = metadata;
  values.push(structOf({ id: string(id), version: int(version), txTime, txId: string(txId) }));
  return { documentId: id, value: struct(names2, values) };
}

// ../../hashprof/work/src/ledger/records.ts
var formatVersion = 1;
function readIdentity(reader) {
  const bytes = reader.get(identityKey);
  if (bytes === void 0) return void 0;
  const found = parseJson(bytes);
  if (typeof found?.format !== "number" || typeof found.name !== "string" || typeof found.strandId !== "string")
    throw new LedgerError("ledger/foreign", "the store holds something that is not a ledger");
  if (found.format > formatVersion) {
    throw new LedgerError(
      "ledger/format-too-new",
      `the ledger '${found.name}' is stored in format ${found.format}; this program reads formats up to ${formatVersion}`,
      { help: "open it with a newer version of this program" }
    );
  }
  const { format, name, strandId, journalReads, origin } = found;
  return {
    format,
    name,
    strandId,
    ...journalReads === true ? { journalReads } : {},
    ...origin === void 0 ? {} : { origin: originOf2(origin, name) }
  };
}
function originOf2(found, name) {
  const { state: state2, firstSequenceNo, lastSequenceNo, isReadOnly, isVerified, doubtfulRevisions } = found;
  const isWhole = (state2 === "running" || state2 === "complete") && [firstSequenceNo, lastSequenceNo, doubtfulRevisions].every(Number.isSafeInteger) && typeof isReadOnly === "boolean" && typeof isVerified === "boolean";
  if (!isWhole) throw new LedgerError("ledger/foreign", `the ledger '${name}' has a damaged record of its import`);
  return { state: state2, firstSequenceNo, lastSequenceNo, isReadOnly, isVerified, doubtfulRevisions };
}
function encodeIdentity(identity) {
  return Buffer.from(JSON.stringify(identity));
}
var stateHeaderBytes = 28;
var hashBytes3 = 32;
function readState(reader) {
  const bytes = reader.get(stateKey);
  if (bytes === void 0) return void 0;
  if (bytes.length !== stateHeaderBytes + hashBytes3 && bytes.length !== stateHeaderBytes)
    throw new LedgerError("store/corrupt", "the ledger's state is damaged");
  const buffer = asBuffer(bytes);
  return {
    tip: buffer.readUIntBE(0, 6),
    tipMs: buffer.readDoubleBE(6),
    catalogVersion: buffer.readUIntBE(14, 6),
    symbolsEnd: buffer.readUInt32BE(20),
    nextIndexNumber: buffer.readUInt32BE(24),
    tipHash: buffer.subarray(stateHeaderBytes)
  };
}
function stateOf(reader) {
  const state2 = readState(reader);
  if (state2 === void 0 || reader.get(blockKey(state2.tip + 1)) !== void 0)
    throw new LedgerError("ledger/closed", "the ledger is being rebuilt");
  return state2;
}
function encodeState(state2) {
  const buffer = Buffer.allocUnsafeSlow(stateHeaderBytes + state2.tipHash.length);
  buffer.writeUIntBE(state2.tip, 0, 6);
  buffer.writeDoubleBE(state2.tipMs, 6);
  buffer.writeUIntBE(state2.catalogVersion, 14, 6);
  buffer.writeUInt32BE(state2.symbolsEnd, 20);
  buffer.writeUInt32BE(state2.nextIndexNumber, 24);
  buffer.set(state2.tipHash, stateHeaderBytes);
  return buffer;
}
var documentHeaderBytes = idCharacters + 4;
function encodeDocumentRecord(record) {
  const buffer = Buffer.allocUnsafeSlow(documentHeaderBytes + record.data.length);
  buffer.write(record.documentId, 0, "latin1");
  buffer.writeUInt32BE(record.version, idCharacters);
  buffer.set(record.data, documentHeaderBytes);
  return buffer;
}
function decodeDocumentRecord(bytes) {
  const buffer = asBuffer(bytes);
  return {
    documentId: documentIdOf(bytes, 0),
    version: buffer.readUInt32BE(idCharacters),
    data: bytes.subarray(documentHeaderBytes)
  };
}
function documentIdOf(bytes, start) {
  return asBuffer(bytes).toString("latin1", start, start + idCharacters);
}
var revisionHeaderBytes = 6 + 4 + 8 + 1 + idCharacters;
function encodeRevisionRecord(record) {
  const buffer = Buffer.allocUnsafeSlow(revisionHeaderBytes + record.hash.length);
  buffer.writeUIntBE(record.sequenceNo, 0, 6);
  buffer.writeUInt32BE(record.position, 6);
  buffer.writeDoubleBE(record.txTimeMs, 10);
  buffer[18] = (record.deleted ? 1 : 0) | (record.isExactTime ? 0 : 2);
  buffer.write(record.txId, 19, "latin1");
  buffer.set(record.hash, revisionHeaderBytes);
  return buffer;
}
function decodeRevisionRecord(bytes) {
  const buffer = asBuffer(bytes);
  return {
    sequenceNo: buffer.readUIntBE(0, 6),
    position: buffer.readUInt32BE(6),
    txTimeMs: buffer.readDoubleBE(10),
    deleted: (buffer[18] & 1) !== 0,
    isExactTime: (buffer[18] & 2) === 0,
    txId: buffer.toString("latin1", 19, revisionHeaderBytes),
    hash: bytes.subarray(revisionHeaderBytes)
  };
}
function encodePlace(place) {
  const buffer = Buffer.allocUnsafeSlow(10);
  buffer.writeUInt32BE(place.tableNumber, 0);
  buffer.writeUIntBE(place.documentNumber, 4, 6);
  return buffer;
}
function decodePlace(bytes) {
  const buffer = asBuffer(bytes);
  return { tableNumber: buffer.readUInt32BE(0), documentNumber: buffer.readUIntBE(4, 6) };
}
function encodeNumber(value) {
  const buffer = Buffer.allocUnsafeSlow(6);
  buffer.writeUIntBE(value, 0, 6);
  return buffer;
}
function decodeNumber(bytes) {
  return asBuffer(bytes).readUIntBE(0, 6);
}
function encodeWriteSet(writeSet) {
  return Buffer.from(JSON.stringify(writeSet));
}
function decodeWriteSet(bytes) {
  return parseJson(bytes);
}
function asBuffer(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
function parseJson(bytes) {
  try {
    return JSON.parse(asBuffer(bytes).toString());
  } catch {
    return void 0;
  }
}

// ../../hashprof/work/src/ledger/history.ts
function historyRows(view2, revisions, from, to, nowMs, meter) {
  const window = windowOf(from, to, nowMs);
  return revisions === void 0 ? [] : activeRows(view2, revisions, window, meter);
}
function windowOf(from, to, nowMs) {
  const now = instantOf(timestampFromMs(nowMs));
  if (to !== void 0 && compareInstants(instantOf(to), now) > 0)
    throw new LedgerError("evaluator/invalid", `the end of history's window, ${printTimestamp(to)}, is not in the past`);
  const window = { from: from && instantOf(from), to: to && instantOf(to) };
  if (from !== void 0 && compareInstants(instantOf(from), window.to ?? now) > 0) {
    const end = to === void 0 ? "now" : printTimestamp(to);
    throw new LedgerError(
      "evaluator/invalid",
      `history's window starts at ${printTimestamp(from)}, after its end, ${end}`
    );
  }
  return window;
}
function* activeRows(view2, revisions, window, meter) {
  let held;
  for (const [key2, value] of view2.reader.range(revisions)) {
    meter.tick();
    const next = { documentNumber: documentNumberOfKey(key2), record: decodeRevisionRecord(value) };
    if (held !== void 0) {
      const endMs = held.documentNumber === next.documentNumber ? next.record.txTimeMs : void 0;
      if (isActive(held.record, endMs, window)) yield rowOf(view2.blocks, held.record);
    }
    held = next;
  }
  if (held !== void 0 && isActive(held.record, void 0, window)) yield rowOf(view2.blocks, held.record);
}
function isActive(record, endMs, window) {
  if (window.to !== void 0 && compareInstants(instantOf(timestampFromMs(record.txTimeMs)), window.to) > 0)
    return false;
  if (window.from === void 0 || endMs === void 0) return true;
  return compareInstants(instantOf(timestampFromMs(endMs)), window.from) > 0;
}
function rowOf(blocks3, record) {
  return revisionRow(blocks3.block(record.sequenceNo), record.position);
}

// ../../hashprof/work/src/ledger/document-source.ts
var StatementSource = class {
  #view;
  #catalog;
  #statement;
  #meter;
  #nowMs;
  constructor(view2, catalog, statement, meter, nowMs) {
    this.#view = view2;
    this.#catalog = catalog;
    this.#statement = statement;
    this.#meter = meter;
    this.#nowMs = nowMs;
  }
  scan(tableId, view2) {
    if (view2 === "committed" || this.#view.overlay.table(tableId) !== void 0) return this.#mixedScan(tableId, view2);
    return { [Symbol.iterator]: () => this.#storedRows(tableId) };
  }
  /** The rows of a table of which the transaction has changed nothing so far. */
  #storedRows(tableId) {
    this.#view.readSet.addScan(tableId);
    const tableNumber = this.#tableNumber(tableId);
    if (tableNumber === void 0) return [][Symbol.iterator]();
    const entries = this.#view.reader.cursor(documentRange(tableNumber));
    return new StoredRows(entries, this.#view.symbols, this.#meter);
  }
  *#mixedScan(tableId, view2) {
    this.#view.readSet.addScan(tableId);
    const own = view2 === "user" ? this.#view.overlay.table(tableId) : void 0;
    const tableNumber = this.#tableNumber(tableId);
    if (tableNumber !== void 0) {
      for (const [key2, value] of this.#view.reader.range(documentRange(tableNumber))) {
        const row = this.#rowOf(tableNumber, documentNumberOfKey(key2), decodeDocumentRecord(value), view2, own);
        if (row !== void 0) yield this.#counted(row);
      }
    }
    for (let index = 0; own !== void 0 && index < own.inserted.length; index += 1) {
      const documentId = own.inserted[index];
      const value = own.find(documentId, this.#statement)?.value;
      if (value !== void 0) yield this.#counted({ documentId, value });
    }
  }
  findById(tableId, view2, documentId) {
    if (!isId(documentId)) return void 0;
    const own = view2 === "user" ? this.#view.overlay.table(tableId) : void 0;
    const write = own?.find(documentId, this.#statement);
    if (write?.isNew !== true) this.#view.readSet.addDocument(tableId, documentId);
    if (write !== void 0)
      return write.value === void 0 ? void 0 : this.#counted({ documentId, value: write.value });
    const place = this.#placeOf(tableId, documentId);
    const row = place && this.#rowAt(place.tableNumber, place.documentNumber, view2, own);
    return row === void 0 ? void 0 : this.#counted(row);
  }
  *findByIndex(tableId, view2, indexId, key2) {
    if (isAbsent(key2)) return;
    const table = this.#catalog.tables.get(tableId);
    const index = table?.committed?.indexes.find((candidate) => candidate.indexId === indexId);
    const indexNumber = this.#catalog.indexNumbers.get(indexId);
    const tableNumber = table?.number;
    if (index === void 0 || indexNumber === void 0 || tableNumber === void 0)
      throw new BugError(`no index '${indexId}' to look into`);
    const indexKey = indexKeyOf(key2);
    this.#view.readSet.addProbe(tableId, indexId, indexKey);
    const own = view2 === "user" ? this.#view.overlay.table(tableId) : void 0;
    for (const [entry] of this.#view.reader.range(indexEntryRange(indexNumber, indexKey))) {
      const row = this.#rowAt(tableNumber, documentNumberOfIndexEntry(entry), view2, own, "unchanged");
      if (row !== void 0) yield this.#counted(row);
    }
    if (own === void 0) return;
    for (const documentId of own.findByField(index.field, key2)) {
      const value = own.find(documentId, this.#statement)?.value;
      if (value !== void 0) yield this.#counted({ documentId, value });
    }
  }
  *history(tableId, from, to) {
    this.#view.readSet.addScan(tableId);
    const tableNumber = this.#tableNumber(tableId);
    yield* this.#history(tableNumber === void 0 ? void 0 : revisionRange(tableNumber), from, to);
  }
  *historyOf(tableId, documentId, from, to) {
    if (isId(documentId)) this.#view.readSet.addDocument(tableId, documentId);
    const place = this.#placeOf(tableId, documentId);
    yield* this.#history(place && documentRevisionRange(place), from, to);
  }
  *#history(revisions, from, to) {
    const rows = historyRows(this.#view, revisions, from, to, this.#nowMs, this.#meter);
    for (const row of rows) yield this.#counted(row);
  }
  systemView(name) {
    return name === "user_tables" ? this.#userTables() : void 0;
  }
  *#userTables() {
    this.#view.readSet.addScan(catalogTableId);
    for (const table of this.#catalog.tables.values()) yield documentOfTable(table);
  }
  global(name) {
    throw new BugError(`a ledger binds no value to '${name}'`);
  }
  /** Where a document of that table lies, also a deleted one. */
  #placeOf(tableId, documentId) {
    const bytes = isId(documentId) ? this.#view.reader.get(documentIdKey(documentId)) : void 0;
    const place = bytes && decodePlace(bytes);
    return place?.tableNumber === this.#tableNumber(tableId) ? place : void 0;
  }
  /** The number of a table that has committed documents or may have. */
  #tableNumber(tableId) {
    return this.#catalog.tables.get(tableId)?.number;
  }
  #counted(row) {
    this.#meter.readIos += 1;
    this.#meter.tick();
    return row;
  }
  #rowAt(tableNumber, documentNumber, view2, own, want = "any") {
    const bytes = this.#view.reader.get(documentKey(tableNumber, documentNumber));
    if (bytes === void 0) return void 0;
    return this.#rowOf(tableNumber, documentNumber, decodeDocumentRecord(bytes), view2, own, want);
  }
  /** The row of a committed document, or of what this transaction made of it; undefined when that is a deletion. */
  #rowOf(tableNumber, documentNumber, record, view2, own, want = "any") {
    const { documentId, version } = record;
    const write = own?.find(documentId, this.#statement);
    if (write !== void 0) {
      return want === "unchanged" || write.value === void 0 ? void 0 : { documentId, value: write.value };
    }
    const data = dataOf(record, this.#view.symbols);
    if (view2 === "user") return { documentId, value: data };
    const bytes = this.#view.reader.get(revisionKey(tableNumber, documentNumber, version));
    if (bytes === void 0) throw new BugError(`the current revision of '${documentId}' has its record`);
    const revision = decodeRevisionRecord(bytes);
    if (!revision.isExactTime) return revisionRow(this.#view.blocks.block(revision.sequenceNo), revision.position);
    return { documentId, value: committedRow(this.#view.strandId, documentId, version, revision, data) };
  }
};
var StoredRows = class {
  #entries;
  #symbols;
  #meter;
  #bytes;
  #values;
  constructor(entries, symbols, meter) {
    this.#entries = entries;
    this.#symbols = symbols;
    this.#meter = meter;
  }
  next() {
    const entries = this.#entries;
    if (!entries.next()) return this.return();
    const { bytes, start } = entries;
    let values = this.#values;
    if (values === void 0 || this.#bytes !== bytes) {
      values = new LazyReader(bytes, this.#symbols);
      this.#values = values;
      this.#bytes = bytes;
    }
    const value = asStruct(values.read(start + documentHeaderBytes, entries.end));
    this.#meter.readIos += 1;
    this.#meter.tick();
    return { done: false, value: new StoredRow(bytes, start, value) };
  }
  return() {
    this.#entries.close();
    return { done: true, value: void 0 };
  }
};
var StoredRow = class {
  value;
  #bytes;
  #start;
  constructor(bytes, start, value) {
    this.value = value;
    this.#bytes = bytes;
    this.#start = start;
  }
  get documentId() {
    return documentIdOf(this.#bytes, this.#start);
  }
};
function dataOf(record, symbols) {
  return asStruct(decodeLazy(record.data, symbols));
}
function asStruct(value) {
  if (value.type !== "struct") throw new BugError("a stored document is a struct");
  return value;
}

// ../../hashprof/work/src/ledger/catalog-store.ts
function loadCatalog(reader, version, symbols) {
  const tables = /* @__PURE__ */ new Map();
  for (const [key2, value] of reader.range(documentRange(catalogTableNumber))) {
    const definition = tableOfDocument(dataOf(decodeDocumentRecord(value), symbols));
    tables.set(definition.tableId, { ...definition, number: documentNumberOfKey(key2), committed: definition });
  }
  const indexNumbers = /* @__PURE__ */ new Map();
  for (const [key2, value] of reader.range(indexNumberRange))
    indexNumbers.set(idOfKey(key2), asBuffer(value).readUInt32BE());
  return new CatalogState(version, tables, indexNumbers);
}
var CatalogCache = class {
  #held;
  forSnapshot(reader, state2, symbols) {
    this.#held = this.forWrite(reader, state2, symbols);
    return this.#held;
  }
  forWrite(reader, state2, symbols) {
    if (this.#held?.version === state2.catalogVersion) return this.#held;
    return loadCatalog(reader, state2.catalogVersion, symbols);
  }
};

// ../../hashprof/work/src/ledger/journal-tree.ts
function treeNodes(reader) {
  return { get: (level, index) => treeNode(reader, level, index) };
}
function growingTreeNodes(transaction) {
  return {
    get: (level, index) => treeNode(transaction, level, index),
    put: (level, index, hash3) => transaction.put(treeNodeKey(level, index), hash3)
  };
}
function treeNode(reader, level, index) {
  const node = reader.get(treeNodeKey(level, index));
  if (node !== void 0) return node;
  throw new LedgerError("store/corrupt", `node ${index} of level ${level} of the journal's tree is missing`, {
    help: "'qldb verify' tells what is damaged; 'qldb rebuild' derives the tree anew from the blocks"
  });
}

// ../../hashprof/work/src/ledger/ledger-symbols.ts
var LedgerSymbols = class {
  #dictionary = new SymbolDictionary();
  #verifiedEnd = firstLocalSymbol;
  /** The dictionary for reading a snapshot whose state says `end`. */
  forSnapshot(reader, end) {
    if (end > this.#verifiedEnd) {
      this.#load(reader, end);
      this.#verifiedEnd = end;
    }
    return this.#dictionary;
  }
  /** The dictionary exactly as a write transaction sees it, to add to. */
  forWrite(reader, end) {
    this.#load(reader, end);
    if (this.#dictionary.texts.length > end) {
      this.#dictionary = new SymbolDictionary(this.#dictionary.texts.slice(firstLocalSymbol, end));
      this.#verifiedEnd = Math.min(this.#verifiedEnd, end);
    }
    return this.#dictionary;
  }
  #load(reader, end) {
    if (end <= this.#verifiedEnd) return;
    let id = this.#verifiedEnd;
    for (const [, value] of reader.range(symbolRange(id, end))) {
      const text2 = asBuffer(value).toString();
      const held = this.#dictionary.texts[id];
      if (held !== void 0 && held !== text2)
        this.#dictionary = new SymbolDictionary(this.#dictionary.texts.slice(firstLocalSymbol, id));
      if (held !== text2) assert(this.#dictionary.idOf(text2) === id, `symbol ${id} is stored where it belongs`);
      id += 1;
    }
    assert(id === end, `the store holds the symbols up to ${end}`);
  }
};
function putNewSymbols(transaction, dictionary, from) {
  for (let id = from; id < dictionary.texts.length; id += 1)
    transaction.put(symbolKey(id), Buffer.from(dictionary.texts[id]));
}

// ../../hashprof/work/src/plan/build-dml.ts
function buildInsert(statement, context) {
  const table = findTarget(statement.table, context);
  const { span: span2 } = statement;
  if (statement.at !== void 0 || statement.onConflict !== void 0 || statement.command !== "insert") {
    const what = statement.command !== "insert" ? statement.command.toUpperCase() : statement.at ? "AT" : "ON CONFLICT";
    throw new LedgerError("semantic/unsupported", `${what} is not supported: tables have no keys`, { span: span2 });
  }
  const value = buildExpression(statement.value, new Scope(void 0), context, "none");
  const returning = buildReturning(statement.returning, table, context);
  return { kind: "insert", table, form: statement.form, value, returning, span: span2 };
}
function findTarget(path, context) {
  const [name, ...rest] = path.names;
  if (name === void 0) throw new LedgerError("semantic/invalid", "a table is missing", { span: path.span });
  const found = rest.length === 0 ? context.catalog.findGlobal(name.text, name.quoted) : void 0;
  if (found?.kind === "table") return found.table;
  if (found?.kind === "value" || rest.length > 0)
    throw notATable(path.names.map((one) => one.text).join("."), path.span);
  context.note(noSuchVariable(name, void 0, context));
  return unresolvedTable(name.text);
}
function notATable(name, span2) {
  return new LedgerError("semantic/invalid", `'${name}' is not a table that can be changed`, { span: span2 });
}
function buildChange(statement, context) {
  const scope = new Scope(void 0);
  scope.sourceCount = countSources(statement.from);
  context.tracksElements = true;
  const from = buildFrom(statement.from, scope, context);
  context.tracksElements = false;
  const scan = context.isRefused ? unknownTable(scope) : changedTable(from, statement);
  let input = from;
  if (statement.where !== void 0) input = addFilter(from, buildExpression(statement.where, scope, context), context);
  const changes = statement.changes.map((change) => buildStep(change, scope, context));
  const table = scan.source.table;
  return {
    kind: "change",
    table,
    input,
    documentSlot: scan.slot,
    idSlot: scan.bySlot,
    changes,
    returning: buildReturning(statement.returning, table, context, scan.alias),
    span: statement.span
  };
}
function unknownTable(scope) {
  const alias = scope.sources[0]?.source.name ?? "";
  const source = { kind: "table", table: unresolvedTable(alias), view: "user" };
  return { kind: "scan-table", source, access: { kind: "scan" }, alias, slot: 0, atSlot: void 0, bySlot: 0 };
}
function changedTable(from, statement) {
  const scans = [];
  const visit2 = (operator2) => {
    if (operator2.kind === "scan-table") scans.push(operator2);
    if (operator2.kind === "join") {
      visit2(operator2.left);
      visit2(operator2.right);
    } else if (operator2.kind === "filter") visit2(operator2.input);
  };
  visit2(from);
  const [scan, second] = scans;
  const { span: span2 } = statement.from;
  if (second !== void 0) throw new LedgerError("semantic/invalid", "one statement changes one table only", { span: span2 });
  if (scan?.source.kind !== "table" || scan.source.view !== "user") throw notATable(scan?.alias ?? "this source", span2);
  return scan;
}
function buildStep(change, scope, context) {
  const { span: span2 } = change;
  if (change.kind === "delete") return { kind: "remove", path: [], span: span2 };
  const path = targetPath(change.target, scope, context);
  if (change.kind === "remove") return { kind: "remove", path, span: span2 };
  const value = buildExpression(change.value, scope, context, change.kind === "set" ? "scalar" : "none");
  if (change.kind === "set") return { kind: "set", path, value, span: span2 };
  const at = change.at && buildExpression(change.at, scope, context);
  return { kind: "insert", path, value, at, form: change.form, span: span2 };
}
function targetPath(target, scope, context) {
  const root = target.kind === "path" ? target.root : target;
  const steps = target.kind === "path" ? target.steps : [];
  if (root.kind !== "variable") {
    throw new LedgerError("semantic/invalid", "the target of a change must be a path", { span: target.span });
  }
  const rest = steps.map((step) => targetStep(step, scope, context));
  const variable = findVariable(scope, root.name, context);
  if (variable?.origin !== void 0) return [...variable.origin, ...rest];
  if (variable !== void 0) {
    throw new LedgerError("semantic/invalid", `'${root.name.text}' is not part of the table's documents`, {
      span: root.span
    });
  }
  const only = root.local ? void 0 : scope.onlySource;
  if (only === void 0) context.note(noSuchVariable(root.name, scope, context));
  return [{ kind: "field", name: root.name.text, exact: context.isExact(root.name) }, ...rest];
}
function targetStep(step, scope, context) {
  if (step.kind === "field") return { kind: "field", name: step.name.text, exact: context.isExact(step.name) };
  if (step.kind !== "index") {
    throw new LedgerError("semantic/invalid", "the target of a change must be a path without wildcards", {
      span: step.span
    });
  }
  const name = literalText(step.index);
  if (name !== void 0) return { kind: "field", name, exact: true };
  return { kind: "index", index: buildExpression(step.index, scope, context) };
}
function buildReturning(returning, table, context, alias = table.name) {
  return returning?.map((item) => {
    const slot = context.newSlot();
    const scope = new Scope(void 0);
    scope.sourceCount = 1;
    const source = declare(scope, context, alias, "source", slot, item.span);
    scope.sources.push({ source, at: void 0, by: void 0, nullable: false });
    const value = item.expression === "*" ? void 0 : buildExpression(item.expression, scope, context);
    return { which: item.which, value, slot };
  });
}

// ../../hashprof/work/src/syntax/keywords.ts
var reservedList = `
ABSOLUTE ACTION ADD ALL ALLOCATE ALTER AND ANY ARE AS ASC ASSERTION AT AUTHORIZATION AVG BAG BEGIN BETWEEN BIT
BIT_LENGTH BLOB BOOL BOOLEAN BOTH BY CASCADE CASCADED CASE CAST CATALOG CHAR CHARACTER CHARACTER_LENGTH CHAR_LENGTH
CHECK CLOB CLOSE COALESCE COLLATE COLLATION COLUMN COMMIT CONNECT CONNECTION CONSTRAINT CONSTRAINTS CONTINUE CONVERT
CORRESPONDING COUNT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATE DATE_ADD
DATE_DIFF DAY DEALLOCATE DEC DECIMAL DECLARE DEFAULT DEFERRABLE DEFERRED DELETE DESC DESCRIBE DESCRIPTOR DIAGNOSTICS
DISCONNECT DISTINCT DOMAIN DOUBLE DROP ELSE END END-EXEC ESCAPE EXCEPT EXCEPTION EXEC EXECUTE EXISTS EXTERNAL EXTRACT
FALSE FETCH FIRST FLOAT FOR FOREIGN FOUND FROM FULL GET GLOBAL GO GOTO GRANT GROUP HAVING HOUR IDENTITY IMMEDIATE IN
INDEX INDICATOR INITIALLY INNER INPUT INSENSITIVE INSERT INT INTEGER INTERSECT INTERVAL INTO IS ISOLATION JOIN KEY
LANGUAGE LAST LEADING LEFT LEVEL LIKE LIMIT LIST LOCAL LOWER MATCH MAX MIN MINUTE MISSING MODULE MONTH NAMES NATIONAL
NATURAL NCHAR NEXT NO NOT NULL NULLIF NUMERIC OCTET_LENGTH OF ON ONLY OPEN OPTION OR ORDER OUTER OUTPUT OVERLAPS PAD
PARTIAL PIVOT POSITION PRECISION PREPARE PRESERVE PRIMARY PRIOR PRIVILEGES PROCEDURE PUBLIC READ REAL REFERENCES
RELATIVE REMOVE RESTRICT REVOKE RIGHT ROLLBACK ROWS SCHEMA SCROLL SECOND SECTION SELECT SESSION SESSION_USER SET SEXP
SIZE SMALLINT SOME SPACE SQL SQLCODE SQLERROR SQLSTATE STRING STRUCT SUBSTRING SUM SYMBOL SYSTEM_USER TABLE TEMPORARY
THEN TIME TIMESTAMP TIMEZONE_HOUR TIMEZONE_MINUTE TO TO_STRING TO_TIMESTAMP TRAILING TRANSACTION TRANSLATE TRANSLATION
TRIM TRUE TUPLE TXID UNDROP UNION UNIQUE UNKNOWN UNPIVOT UPDATE UPPER USAGE USER USING UTCNOW VALUE VALUES VARCHAR
VARYING VIEW WHEN WHENEVER WHERE WITH WORK WRITE YEAR ZONE`;
var structuralList = `
ALL AND ANY AS ASC AT BETWEEN BY CASE CAST CREATE CROSS DATE DELETE DESC DISTINCT DROP ELSE END ESCAPE EXCEPT EXEC
EXISTS FALSE FROM FULL GROUP HAVING IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN LEFT LIKE LIMIT MISSING NATURAL
NOT NULL ON OR ORDER OUTER OVERLAPS PIVOT REMOVE RIGHT SELECT SET SOME TABLE THEN TIME TIMESTAMP TRUE UNDROP UNION
UNPIVOT UPDATE USING VALUE VALUES WHEN WHERE WITH`;
var clauseList = "LET OFFSET EXCLUDE RETURNING CORRESPONDING";
var contextualList = `
${clauseList} BIGINT CAN_CAST CAN_LOSSLESS_CAST EXPLAIN FILTER NULLS OVER OVERLAY PARTITION PLACING RECURSIVE REPLACE
UPSERT`;
function wordsOf(list2) {
  return new Set(list2.trim().split(/\s+/));
}
var reservedWords = wordsOf(reservedList);
var structuralWords = wordsOf(structuralList);
var clauseWords = wordsOf(clauseList);
var keywords = /* @__PURE__ */ new Set([...reservedWords, ...wordsOf(contextualList)]);
function isReservedWord(word) {
  return reservedWords.has(word.toUpperCase());
}
function isStructuralWord(upper) {
  return structuralWords.has(upper);
}
function isClauseWord(upper) {
  return clauseWords.has(upper);
}

// ../../hashprof/work/src/plan/check-qldb.ts
function checkQldb(statement) {
  if (statement.kind === "explain") refuse("EXPLAIN", statement.span);
  if (statement.kind === "query" && statement.query.kind !== "select") refuseStatement(statement.query);
  if (statement.kind === "insert" && statement.value.kind === "select") refuse("INSERT \u2026 SELECT", statement.value.span);
  if (statement.kind === "insert" && statement.command !== "insert")
    refuse(statement.command.toUpperCase(), statement.span);
  if (statement.kind === "drop-index" && statement.purge !== true) {
    refuse("DROP INDEX without WITH (purge = true)", statement.span);
  }
  visit(statement);
}
function refuseStatement(query) {
  visit(query);
  throw new LedgerError("semantic/not-in-qldb", "Unsupported PartiQL Statement", {
    span: query.span,
    help: "leave out --strict-qldb to use an expression as a statement"
  });
}
function refuse(feature, span2) {
  throw new LedgerError("semantic/not-in-qldb", `QLDB did not have ${feature}`, {
    span: span2,
    help: "leave out --strict-qldb to use it"
  });
}
function refuseReserved(name, span2) {
  if (!isReservedWord(name)) return;
  throw new LedgerError("semantic/not-in-qldb", `'${name}' is a reserved word in QLDB`, {
    span: span2,
    help: `as a name it stands in double quotes: "${name}"`
  });
}
var functions = new Set(
  `avg cast char_length character_length coalesce count date_add date_diff exists extract lower max min nullif size
  substring sum to_string to_timestamp trim txid upper utcnow history`.split(/\s+/)
);
function visit(part) {
  if (typeof part !== "object" || part === null) return;
  if (Array.isArray(part)) {
    for (const item of part) visit(item);
    return;
  }
  const node = part;
  if (typeof node["text"] === "string" && node["quoted"] === false) refuseReserved(node["text"], node.span);
  if (node.kind === "field" || node.kind === "create-index") return;
  if (node.kind === "select") refuseClauses(node);
  const feature = node.span === void 0 ? void 0 : featureOf(node);
  if (feature !== void 0) refuse(feature, node.span);
  if (node.kind === "literal") return;
  for (const [name, child] of Object.entries(node)) if (name !== "span") visit(child);
}
function featureOf(node) {
  switch (node.kind) {
    case "pivot":
    case "unpivot":
      return node.kind.toUpperCase();
    case "set-operation":
      return String(node["op"]).toUpperCase();
    case "values":
      return "VALUES";
    case "with":
      return "WITH";
    case "case":
      return "CASE";
    case "join":
      return node["join"] === "inner" || node["join"] === "cross" ? void 0 : "outer joins";
    case "cast":
      return node["form"] === "cast" ? void 0 : "CAN_CAST";
    case "call":
      return callFeature(node);
    case "binary":
      return node["op"] === "&" ? "the operator &" : void 0;
    default:
      return node["onConflict"] !== void 0 ? "ON CONFLICT" : node["returning"] !== void 0 ? "RETURNING" : void 0;
  }
}
function refuseClauses(select) {
  const clauses = [
    ["exclude", "EXCLUDE"],
    ["lets", "LET"],
    ["groupBy", "GROUP BY"],
    ["having", "HAVING"],
    ["orderBy", "ORDER BY"],
    ["limit", "LIMIT"],
    ["offset", "OFFSET"]
  ];
  if (select["quantifier"] === "distinct") refuse("DISTINCT", select.span);
  for (const [clause, feature] of clauses) {
    const [part] = [select[clause]].flat();
    if (part !== void 0) refuse(feature, part.span);
  }
}
function callFeature(call) {
  if (call["over"] !== void 0) return "window functions";
  if (call["filter"] !== void 0) return "FILTER";
  const name = String(call["name"]);
  return functions.has(name) ? void 0 : `the function '${name}'`;
}

// ../../hashprof/work/src/plan/print-plan-expression.ts
function printPlanExpression(expression) {
  const print = printPlanExpression;
  const not2 = (negated) => negated ? "not " : "";
  switch (expression.kind) {
    case "constant":
      return printIon(expression.value);
    case "slot":
    case "global":
      return expression.name;
    case "table":
      return expression.source.kind === "system" ? expression.source.name : expression.source.table.name;
    case "parameter":
      return `?${expression.ordinal + 1}`;
    case "field":
      return `${print(expression.operand)}.${expression.name}`;
    case "index":
      return `${print(expression.operand)}[${print(expression.index)}]`;
    case "spread":
      return `${print(expression.operand)}[*]`;
    case "unary":
      return `(${expression.op} ${print(expression.operand)})`;
    case "binary":
      return `${wrapped(expression.left)} ${expression.op} ${wrapped(expression.right)}`;
    case "in":
      return `${print(expression.operand)} ${not2(expression.negated)}in ${print(expression.collection)}`;
    case "between":
      return `${print(expression.operand)} ${not2(expression.negated)}between ${print(expression.low)} and ${print(expression.high)}`;
    case "like":
      return `${print(expression.operand)} ${not2(expression.negated)}like ${print(expression.pattern)}`;
    case "is":
      return `${print(expression.operand)} is ${not2(expression.negated)}${expression.type.name}`;
    case "case":
      return "case \u2026";
    case "cast":
      return `${expression.form.replaceAll("-", "_")}(${print(expression.operand)} as ${expression.type.name})`;
    case "call":
      return `${expression.name}(${expression.args.map(print).join(", ")})`;
    case "sequence": {
      const [open2, close] = { list: ["[", "]"], sexp: ["sexp(", ")"], bag: ["<<", ">>"] }[expression.type];
      return `${open2}${expression.items.map(print).join(", ")}${close}`;
    }
    case "struct":
      return `{${expression.fields.map((field) => `${print(field.name)}: ${print(field.value)}`).join(", ")}}`;
    case "row":
      return expression.parts.map(printPart).join(", ");
    case "exclude":
      return `${print(expression.operand)} without ${expression.paths.length} paths`;
    case "query":
      return "(\u2026)";
  }
}
function wrapped(operand) {
  const text2 = printPlanExpression(operand);
  return operand.kind === "binary" ? `(${text2})` : text2;
}
function printPart(part) {
  if (part.kind === "all") return `${printPlanExpression(part.value)}.*`;
  const value = printPlanExpression(part.value);
  return value === part.name || value.endsWith(`.${part.name}`) ? value : `${value} as ${part.name}`;
}

// ../../hashprof/work/src/plan/print-plan.ts
function printPlan(statement) {
  const lines = [];
  const line = (depth, text2) => lines.push("  ".repeat(depth) + text2);
  switch (statement.kind) {
    case "query":
      if (statement.value.kind === "query") printQuery(statement.value.query, 0, line);
      else {
        line(0, `value ${printPlanExpression(statement.value)}`);
        printNested(statement.value, 1, line);
      }
      break;
    case "insert":
      line(0, `insert into ${statement.table.name}`);
      line(1, `value ${printPlanExpression(statement.value)}`);
      printNested(statement.value, 1, line);
      break;
    case "change":
      for (const change of statement.changes) {
        const path = change.path.map((step) => step.kind === "field" ? `.${step.name}` : "[\u2026]").join("");
        line(0, `${change.kind} ${statement.table.name}${path}`);
      }
      printOperator(statement.input, 1, line);
      break;
    case "explain":
      return [...statement.lines];
    default:
      line(0, statement.kind);
  }
  return lines;
}
function printQuery(query, depth, line) {
  switch (query.kind) {
    case "select": {
      const words2 = [query.distinct ? "distinct" : "", query.ordered ? "in order" : ""].filter((word) => word !== "");
      line(depth, ["select", ...words2, printPlanExpression(query.value)].join(" "));
      printBounds(query, depth + 1, line);
      printNested(query.value, depth + 1, line);
      printOperator(query.input, depth + 1, line);
      return;
    }
    case "pivot":
      line(depth, `pivot ${printPlanExpression(query.value)} at ${printPlanExpression(query.name)}`);
      printBounds(query, depth + 1, line);
      printOperator(query.input, depth + 1, line);
      return;
    case "set":
      line(depth, `${query.outer ? "outer " : ""}${query.op}${query.all ? " all" : ""}`);
      printBounds(query, depth + 1, line);
      for (const side of [query.left, query.right]) printSide(side, depth + 1, line);
      return;
    case "with":
      for (const binding of query.bindings) {
        line(depth, `with ${binding.name}`);
        printSide(binding.value, depth + 1, line);
      }
      printSide(query.body, depth, line);
  }
}
function printBounds(query, depth, line) {
  if (query.limit !== void 0) line(depth, `limit ${printPlanExpression(query.limit)}`);
  if (query.offset !== void 0) line(depth, `offset ${printPlanExpression(query.offset)}`);
}
function printSide(side, depth, line) {
  if (side.kind === "query") printQuery(side.query, depth, line);
  else line(depth, `value ${printPlanExpression(side)}`);
}
function printNested(part, depth, line) {
  if (typeof part !== "object" || part === null) return;
  if (part.kind === "constant") return;
  if (part.kind === "query") {
    line(depth, "sub-query");
    printQuery(part.query, depth + 1, line);
    return;
  }
  for (const child of Object.values(part)) printNested(child, depth, line);
}
function printOperator(operator2, depth, line, conditions = []) {
  switch (operator2.kind) {
    case "one-row":
      line(depth, "one row");
      return;
    case "scan-table":
      line(
        depth,
        `${accessText(operator2.source, operator2.access)} as ${operator2.alias}${scanNote(operator2, conditions)}`
      );
      return;
    case "scan-value": {
      const verb = operator2.unpivot ? "unpivot" : operator2.unnests ? "unnest" : "range over";
      line(depth, `${verb} ${printPlanExpression(operator2.value)} as ${operator2.alias}`);
      printNested(operator2.value, depth + 1, line);
      return;
    }
    case "filter":
      line(depth, `filter ${operator2.conditions.map(printPlanExpression).join(" and ")}`);
      printNested(operator2.conditions, depth + 1, line);
      printOperator(operator2.input, depth + 1, line, operator2.conditions);
      return;
    case "join":
      line(depth, joinText(operator2));
      printOperator(operator2.left, depth + 1, line);
      printOperator(operator2.right, depth + 1, line);
      return;
    case "let":
      line(depth, `let ${operator2.name} = ${printPlanExpression(operator2.value)}`);
      break;
    case "group":
      line(depth, `group by ${operator2.keys.map((key2) => printPlanExpression(key2.value)).join(", ") || "nothing"}`);
      break;
    case "sort":
      line(
        depth,
        `sort by ${operator2.keys.map((key2) => `${printPlanExpression(key2.value)}${key2.descending ? " desc" : ""}`).join(", ")}`
      );
      break;
    case "window":
      line(depth, `window ${operator2.functions.map((one) => one.name).join(", ")}`);
  }
  printOperator(operator2.input, depth + 1, line);
}
function joinText(join3) {
  const pairs = (join3.hash?.left ?? []).map((left, position2) => {
    const right = join3.hash?.right[position2];
    return `${printPlanExpression(left)} = ${right === void 0 ? "?" : printPlanExpression(right)}`;
  });
  const how = join3.hash === void 0 ? "nested loop" : "hash";
  const on = [...pairs, ...join3.on.map(printPlanExpression)];
  return `${join3.join} join, ${how}${on.length === 0 ? "" : ` on ${on.join(" and ")}`}`;
}
function scanNote(scan, conditions) {
  if (scan.source.kind !== "table" || scan.access.kind !== "scan") return "";
  const field = missingIndex(scan, conditions);
  const { name } = scan.source.table;
  const help = field === void 0 ? "" : `; CREATE INDEX ON ${name} (${field}) would make it a look-up`;
  return `: reads every document${help}`;
}
function accessText(source, access) {
  switch (source.kind) {
    case "system":
      return `read information_schema.${source.name}`;
    case "history":
      if (access.kind !== "id") return `read history of ${source.table.name}`;
      return `read history of ${source.table.name} by document id ${access.many ? "in" : "="} ${printPlanExpression(access.key)}`;
    case "table": {
      const name = source.view === "committed" ? `_ql_committed_${source.table.name}` : source.table.name;
      if (access.kind === "scan") return `scan ${name}`;
      const key2 = `${access.many ? "in" : "="} ${printPlanExpression(access.key)}`;
      if (access.kind === "id") return `look up ${name} by document id ${key2}`;
      return `look up ${name} by index on ${access.index.field} ${key2}`;
    }
  }
}

// ../../hashprof/work/src/plan/build-plan.ts
function buildPlan(statement, catalog, options) {
  if (options.strictQldb) checkQldb(statement);
  const context = new PlanContext(catalog, options);
  const built = context.collect(() => buildStatement(statement, context));
  return {
    statement: built,
    slots: context.slots,
    typing: options.typing,
    qldbTyping: options.strictQldb && options.typing === "permissive",
    foldsCase: context.foldsCase,
    parameters: context.parameters
  };
}
function buildStatement(statement, context) {
  const { span: span2 } = statement;
  switch (statement.kind) {
    case "query":
      return { kind: "query", value: buildExpression(statement.query, new Scope(void 0), context, "none") };
    case "insert":
      return buildInsert(statement, context);
    case "dml":
      return buildChange(statement, context);
    case "create-table":
      return { kind: "create-table", name: statement.name.text, span: statement.name.span };
    case "drop-table":
      return { kind: "drop-table", name: statement.name.text, span: statement.name.span };
    case "undrop-table":
      return { kind: "undrop-table", tableId: statement.tableId.text, span: statement.tableId.span };
    case "create-index":
      return {
        kind: "create-index",
        table: statement.table.text,
        field: indexedField2(statement),
        span: statement.table.span
      };
    case "drop-index": {
      const { table, indexId } = statement;
      return { kind: "drop-index", table: table.text, indexId: indexId.text, span: indexId.span };
    }
    case "exec": {
      const error = procedureError(statement);
      if (error !== void 0) context.note(error);
      const scope = new Scope(void 0);
      return { kind: "redact", args: statement.args.map((argument) => buildExpression(argument, scope, context)), span: span2 };
    }
    case "explain":
      return { kind: "explain", lines: printPlan(buildStatement(statement.statement, context)) };
  }
}
function procedureError({ procedure, args }) {
  const { text: text2, span: span2 } = procedure;
  if (text2.toLowerCase() !== "redact_revision") {
    return new LedgerError("semantic/no-such-function", `No such stored procedure: ${text2}`, { span: span2 });
  }
  if (args.length === 3) return void 0;
  const message = `Incorrect number of arguments supplied to \`redact_revision\`. Min = 3, max = 3 Actual = ${args.length}`;
  return new LedgerError("semantic/argument-count", message, { span: span2 });
}
function indexedField2(statement) {
  const [path, ...others] = statement.paths;
  const [field, ...deeper] = path ?? [];
  if (field === void 0 || others.length > 0 || deeper.length > 0) {
    throw new LedgerError("semantic/unsupported", "an index is over one top-level field", { span: statement.span });
  }
  return field.text;
}

// ../../hashprof/work/src/syntax/ion-extent.ts
var ionStart = 0;
var ionEnded = -1;
var plain = ionStart;
var string2 = 1;
var stringEscape = 2;
var oneQuote = 3;
var symbol2 = 4;
var symbolEscape = 5;
var twoQuotes = 6;
var long = 7;
var longEscape = 8;
var longOneQuote = 9;
var longTwoQuotes = 10;
var slash = 11;
var lineComment = 12;
var blockComment = 13;
var blockStar = 14;
var brace = 15;
var lob = 16;
var lobBrace = 17;
var inLob = 32;
var backtick = 96;
var quote2 = 39;
var doubleQuote = 34;
var backslash = 92;
function stepIon(state2, unit) {
  if (state2 >= inLob) {
    const next = stepIon(state2 - inLob, unit);
    return next === plain ? lob : next === ionEnded ? ionEnded : next + inLob;
  }
  switch (state2) {
    case plain:
      return stepPlain(unit);
    case string2:
      return unit === backslash ? stringEscape : unit === doubleQuote ? plain : string2;
    case stringEscape:
      return string2;
    case oneQuote:
      return unit === quote2 ? twoQuotes : unit === backslash ? symbolEscape : symbol2;
    case symbol2:
      return unit === backslash ? symbolEscape : unit === quote2 ? plain : symbol2;
    case symbolEscape:
      return symbol2;
    case twoQuotes:
      return unit === quote2 ? long : stepPlain(unit);
    case long:
      return unit === backslash ? longEscape : unit === quote2 ? longOneQuote : long;
    case longEscape:
      return long;
    case longOneQuote:
      return unit === quote2 ? longTwoQuotes : unit === backslash ? longEscape : long;
    case longTwoQuotes:
      return unit === quote2 ? plain : unit === backslash ? longEscape : long;
    default:
      return stepRare(state2, unit);
  }
}
function stepPlain(unit) {
  switch (unit) {
    case backtick:
      return ionEnded;
    case doubleQuote:
      return string2;
    case quote2:
      return oneQuote;
    case 47:
      return slash;
    case 123:
      return brace;
    default:
      return plain;
  }
}
function stepRare(state2, unit) {
  switch (state2) {
    case slash:
      return unit === 47 ? lineComment : unit === 42 ? blockComment : stepPlain(unit);
    case lineComment:
      return unit === 10 || unit === 13 ? plain : lineComment;
    case blockComment:
      return unit === 42 ? blockStar : blockComment;
    case blockStar:
      return unit === 47 ? plain : unit === 42 ? blockStar : blockComment;
    case brace:
      return unit === 123 ? lob : stepPlain(unit);
    case lob:
      return stepLob(unit);
    case lobBrace:
      return unit === 125 ? plain : stepLob(unit);
    default:
      return plain;
  }
}
function stepLob(unit) {
  switch (unit) {
    case backtick:
      return ionEnded;
    case doubleQuote:
      return string2 + inLob;
    case quote2:
      return oneQuote + inLob;
    case 125:
      return lobBrace;
    default:
      return lob;
  }
}

// ../../hashprof/work/src/syntax/lexer.ts
var letter = 1;
var digit = 2;
var space = 4;
var classes = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const isLetter = code >= 65 && code <= 90 || code >= 97 && code <= 122 || code === 95 || code === 36;
  if (isLetter) classes[code] = letter;
  else if (code >= 48 && code <= 57) classes[code] = digit;
  else if (code === 32 || code >= 9 && code <= 13) classes[code] = space;
}
function classAt(text2, index) {
  const unit = text2.charCodeAt(index);
  return unit < 128 ? classes[unit] : 0;
}
function isSpace2(unit) {
  return unit < 128 ? classes[unit] === space : unit === 160 || unit === 65279 || unit === 8232 || unit === 8233;
}
function tokenAt(text2, start) {
  const unit = text2.charCodeAt(start);
  switch (classAt(text2, start)) {
    case letter:
      return wordAt(text2, start);
    case digit:
      return numberAt(text2, start);
    case space:
      return spaceAt(text2, start);
    default:
      break;
  }
  switch (unit) {
    case 39:
      return quotedAt(text2, start, "string", "'");
    case 34:
      return quotedAt(text2, start, "quoted-name", '"');
    case 96:
      return ionAt(text2, start);
    case 46:
      if (classAt(text2, start + 1) === digit) return numberAt(text2, start);
      return token("punctuation", start, start + 1);
    case 45:
      if (text2.charCodeAt(start + 1) === 45) return lineCommentAt(text2, start);
      return token("operator", start, start + 1);
    case 47:
      if (text2.charCodeAt(start + 1) === 42) return blockCommentAt(text2, start);
      return token("operator", start, start + 1);
    case 63:
      return token("parameter", start, start + 1);
    default:
      return isSpace2(unit) ? spaceAt(text2, start) : symbolAt(text2, start, unit);
  }
}
function token(kind, start, end, problem) {
  return { kind, start, end, problem };
}
function spaceAt(text2, start) {
  let end = start + 1;
  while (end < text2.length && isSpace2(text2.charCodeAt(end))) end += 1;
  return token("whitespace", start, end);
}
function wordAt(text2, start) {
  let end = start + 1;
  while (classAt(text2, end) === letter || classAt(text2, end) === digit) end += 1;
  const kind = keywords.has(text2.slice(start, end).toUpperCase()) ? "keyword" : "name";
  return token(kind, start, end);
}
function numberAt(text2, start) {
  let end = skipDigits(text2, start);
  if (text2.charCodeAt(end) === 46) end = skipDigits(text2, end + 1);
  const exponent = text2.charCodeAt(end) | 32;
  let problem;
  if (exponent === 101) {
    const sign2 = text2.charCodeAt(end + 1);
    const digits2 = end + (sign2 === 43 || sign2 === 45 ? 2 : 1);
    if (classAt(text2, digits2) === digit) end = skipDigits(text2, digits2);
  }
  while (classAt(text2, end) === letter || classAt(text2, end) === digit) {
    problem = "malformed";
    end += 1;
  }
  return token("number", start, end, problem);
}
function skipDigits(text2, from) {
  let end = from;
  while (classAt(text2, end) === digit) end += 1;
  return end;
}
function quotedAt(text2, start, kind, quote3) {
  let from = start + 1;
  for (; ; ) {
    const close = text2.indexOf(quote3, from);
    if (close === -1) return token(kind, start, text2.length, "unterminated");
    if (text2[close + 1] !== quote3) return token(kind, start, close + 1);
    from = close + 2;
  }
}
function ionAt(text2, start) {
  let state2 = ionStart;
  for (let index = start + 1; index < text2.length; index += 1) {
    state2 = stepIon(state2, text2.charCodeAt(index));
    if (state2 === ionEnded) return token("ion", start, index + 1);
  }
  return token("ion", start, text2.length, "unterminated");
}
function lineCommentAt(text2, start) {
  let end = start + 2;
  while (end < text2.length && text2.charCodeAt(end) !== 10 && text2.charCodeAt(end) !== 13) end += 1;
  return token("comment", start, end);
}
function blockCommentAt(text2, start) {
  const close = text2.indexOf("*/", start + 2);
  return close === -1 ? token("comment", start, text2.length, "unterminated") : token("comment", start, close + 2);
}
function symbolAt(text2, start, unit) {
  const next = text2.charCodeAt(start + 1);
  switch (unit) {
    case 60:
      if (next === 60) return token("punctuation", start, start + 2);
      return token("operator", start, start + (next === 61 || next === 62 ? 2 : 1));
    case 62:
      if (next === 62) return token("punctuation", start, start + 2);
      return token("operator", start, start + (next === 61 ? 2 : 1));
    case 33:
      if (next === 61) return token("operator", start, start + 2);
      break;
    case 124:
      if (next === 124) return token("operator", start, start + 2);
      break;
    default:
      if ("+*%=&".includes(text2[start])) return token("operator", start, start + 1);
      if ("()[]{},:;@".includes(text2[start])) return token("punctuation", start, start + 1);
  }
  const length = text2.codePointAt(start) > 65535 ? 2 : 1;
  return token("unknown", start, start + length, "malformed");
}

// ../../hashprof/work/src/syntax/cursor.ts
var Cursor = class {
  text;
  tokens;
  position = 0;
  /** Parameters seen so far. */
  parameters = 0;
  /** The last pair of parentheses read around one expression: the position of the first, and behind the second. */
  group = { open: -1, end: -1 };
  /** Joins that stand in parentheses of their own. */
  wrappedSources = /* @__PURE__ */ new WeakSet();
  #depth = 0;
  /** Throws LedgerError for a stray character, a malformed number and anything unterminated, the first in the text. */
  constructor(text2) {
    this.text = text2;
    const tokens = [];
    let start = 0;
    while (start < text2.length) {
      const token2 = tokenAt(text2, start);
      if (token2.problem !== void 0) throw lexicalError(text2, token2);
      if (token2.kind !== "whitespace" && token2.kind !== "comment") {
        tokens.push({ kind: token2.kind, word: wordOf(text2, token2), start: token2.start, end: token2.end });
      }
      start = token2.end;
    }
    tokens.push({ kind: "end", word: "", start: text2.length, end: text2.length });
    this.tokens = tokens;
  }
  get token() {
    return this.tokens[this.position];
  }
  /** The token `ahead` of the present one; the end stays the end. */
  peek(ahead = 1) {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)];
  }
  /** Takes the present token. */
  advance() {
    const token2 = this.token;
    if (token2.kind !== "end") this.position += 1;
    return token2;
  }
  get atEnd() {
    return this.token.kind === "end";
  }
  at(word) {
    return this.token.word === word;
  }
  /** Whether the next tokens are these words. */
  atWords(...words2) {
    return words2.every((word, index) => this.peek(index).word === word);
  }
  /** Takes the present token if it is that word or sign. */
  accept(word) {
    if (this.token.word !== word) return false;
    this.position += 1;
    return true;
  }
  /** Takes the words if all of them follow. */
  acceptWords(...words2) {
    if (!this.atWords(...words2)) return false;
    this.position += words2.length;
    return true;
  }
  expect(word) {
    if (this.token.word !== word) throw this.unexpected(word);
    return this.advance();
  }
  /** Where the last taken token ends: the end of the node that is being made. */
  get lastEnd() {
    return this.position === 0 ? 0 : this.tokens[this.position - 1].end;
  }
  spanFrom(start) {
    return { start, end: this.lastEnd };
  }
  textOf(span2) {
    return this.text.slice(span2.start, span2.end);
  }
  /** Whether a name stands here: a quoted one, or a word that is not structural. */
  atName(token2 = this.token) {
    if (token2.kind === "quoted-name") return true;
    return (token2.kind === "name" || token2.kind === "keyword") && !isStructuralWord(token2.word);
  }
  /** Whether a name stands here that may be an alias without AS. */
  atBareAlias() {
    return this.atName() && !isClauseWord(this.token.word);
  }
  /** Takes a name. `claim` begins the message when there is none, e.g. `expected identifier for alias`. */
  name(claim = "expected identifier") {
    if (!this.atName()) throw this.complain(claim);
    return this.anyName();
  }
  /** Takes any word, also a keyword, as a name: after a dot. */
  anyName() {
    const token2 = this.advance();
    const quoted2 = token2.kind === "quoted-name";
    const text2 = this.text;
    return {
      text: quoted2 ? unquote(text2.slice(token2.start + 1, token2.end - 1), '"') : text2.slice(token2.start, token2.end),
      quoted: quoted2,
      span: { start: token2.start, end: token2.end }
    };
  }
  /** Call before parsing anything that may hold itself, and `leave` afterwards. */
  enter() {
    this.#depth += 1;
    if (this.#depth > nestingDepthMax) throw tooDeep(this.token);
  }
  leave() {
    this.#depth -= 1;
  }
  /** The error for a present token that is not what was wanted: `unexpected token, expected X but found Y`. */
  unexpected(...expected2) {
    const wanted = expected2.length < 2 ? expected2.join("") : `${expected2.slice(0, -1).join(", ")} or ${expected2.at(-1)}`;
    if (this.token.kind === "end") {
      return new LedgerError("parser/unexpected-end", `unexpected end of the statement, expected ${wanted}`, {
        span: spanOfToken(this.token)
      });
    }
    return new LedgerError(
      "parser/unexpected-token",
      `unexpected token, expected ${wanted} but found ${this.found()}`,
      {
        span: spanOfToken(this.token)
      }
    );
  }
  /** The error with a text of PartiQL's own: `expected type name, found 'x'`. */
  complain(claim, details = {}) {
    const token2 = details.token ?? this.token;
    const code = token2.kind === "end" ? "parser/unexpected-end" : "parser/unexpected-token";
    const wantsName = claim.includes("identifier") && token2.kind === "keyword";
    const help = details.help ?? (wantsName ? this.quotingHelp(token2) : void 0);
    return new LedgerError(code, `${claim}, found ${this.found(token2)}`, {
      span: spanOfToken(token2),
      ...help === void 0 ? {} : { help }
    });
  }
  /** What to tell whoever wrote a keyword where a name may have been meant. */
  quotingHelp(token2) {
    return `'${this.textOf(token2)}' is a keyword; as a name it needs double quotes: "${this.textOf(token2)}"`;
  }
  found(token2 = this.token) {
    if (token2.kind === "end") return "the end of the statement";
    const text2 = this.textOf(token2);
    return `'${text2.length > 40 ? `${text2.slice(0, 40)}\u2026` : text2}'`;
  }
};
function spanOfToken(token2) {
  return { start: token2.start, end: token2.end };
}
function tooDeep(place) {
  return new LedgerError("parser/nesting-too-deep", `the statement nests deeper than ${nestingDepthMax} levels`, {
    span: spanOfToken(place),
    help: "split it up, or write a long chain of operators as a list or in groups in parentheses"
  });
}
function unsupported(message, span2, help) {
  return new LedgerError("parser/unsupported", message, {
    span: spanOfToken(span2),
    ...help === void 0 ? {} : { help }
  });
}
function invalid(message, span2) {
  return new LedgerError("parser/invalid", message, { span: spanOfToken(span2) });
}
function unquote(inner, quote3) {
  return inner.includes(quote3) ? inner.replaceAll(quote3 + quote3, quote3) : inner;
}
function wordOf(text2, token2) {
  switch (token2.kind) {
    case "name":
    case "keyword":
      return text2.slice(token2.start, token2.end).toUpperCase();
    case "operator":
    case "punctuation": {
      const word = text2.slice(token2.start, token2.end);
      return word === "!=" ? "<>" : word;
    }
    case "parameter":
      return "?";
    default:
      return "";
  }
}
function lexicalError(text2, token2) {
  const written = text2.slice(token2.start, Math.min(token2.end, token2.start + 40));
  const span2 = { start: token2.start, end: token2.end };
  if (token2.problem === "unterminated") {
    const ending = {
      string: ["string", "'"],
      "quoted-name": ["quoted name", '"'],
      ion: ["Ion literal", "`"],
      comment: ["comment", "*/"]
    };
    const [what, end] = ending[token2.kind] ?? ["literal", ""];
    return new LedgerError("lexer/unterminated", `the ${what} that begins here is never closed, expected ${end}`, {
      span: { start: token2.start, end: token2.start + 1 }
    });
  }
  if (token2.kind === "number") {
    return new LedgerError("lexer/invalid-literal", `invalid literal at, ${written}`, {
      span: span2,
      help: "a number is digits, a point and an exponent; a name that begins with a digit needs double quotes"
    });
  }
  const isLetter = new RegExp("^\\p{L}", "u").test(written);
  return new LedgerError("lexer/invalid-character", `invalid character at, '${written}'`, {
    span: span2,
    ...isLetter ? { help: "names with other letters than a to z need double quotes" } : {}
  });
}

// ../../hashprof/work/src/values/text-number.ts
function readNumber(scanner, annotations) {
  const start = scanner.at;
  const negative = scanner.peek() === 45;
  if (negative) scanner.at += 1;
  const base = scanner.peek() === 48 ? scanner.peek(1) | 32 : 0;
  if (base === 120 || base === 98) {
    scanner.at += 2;
    return readBasedInt(scanner, start, negative, base === 120 ? isHexDigit : isBinaryDigit, annotations);
  }
  if (!negative && isTimestampStart(scanner)) return readTimestamp(scanner, annotations);
  return readDecimalNumber(scanner, start, negative, annotations);
}
function atInfinity(scanner) {
  return scanner.text.startsWith("inf", scanner.at + 1) && isNumberEnd(scanner, scanner.at + 4);
}
function readBasedInt(scanner, start, negative, isOne, annotations) {
  const digits2 = scanDigits(scanner, isOne);
  finishNumber(scanner, start);
  const magnitude = BigInt((isOne === isHexDigit ? "0x" : "0b") + digits2);
  return int(negative ? -magnitude : magnitude, annotations);
}
function readDecimalNumber(scanner, start, negative, annotations) {
  const whole = scanDigits(scanner, isDigit);
  if (whole.length > 1 && whole.startsWith("0")) scanner.fail("a number has no leading zeros", start, scanner.at);
  let fraction = "";
  let kind = "int";
  if (scanner.peek() === 46) {
    kind = "decimal";
    scanner.at += 1;
    if (isDigit(scanner.peek())) fraction = scanDigits(scanner, isDigit);
  }
  let exponent = "";
  const letter2 = scanner.peek() | 32;
  if (scanner.peek() !== -1 && (letter2 === 100 || letter2 === 101)) {
    kind = letter2 === 100 ? "decimal" : "float";
    scanner.at += 1;
    exponent = scanExponent(scanner);
  }
  finishNumber(scanner, start);
  const digits2 = whole + fraction;
  if (kind === "int") return readIntDigits(whole, negative, annotations);
  if (kind === "float") return float(Number(`${negative ? "-" : ""}${whole}.${fraction}e${exponent}`), annotations);
  const power2 = Number(exponent) - fraction.length || 0;
  if (!Number.isSafeInteger(power2)) scanner.fail("the decimal's exponent is out of range", start, scanner.at);
  const coefficient = BigInt(digits2);
  return decimal(negative ? -coefficient : coefficient, power2, negative, annotations);
}
function readIntDigits(digits2, negative, annotations) {
  if (digits2.length < 16) return int(negative ? -Number(digits2) : Number(digits2), annotations);
  return int(negative ? -BigInt(digits2) : BigInt(digits2), annotations);
}
function scanDigits(scanner, isOne) {
  const start = scanner.at;
  let hasUnderscores = false;
  if (!isOne(scanner.peek())) scanner.failExpected("a digit");
  for (; ; ) {
    scanner.at += 1;
    const unit = scanner.peek();
    if (isOne(unit)) continue;
    if (unit !== 95) break;
    hasUnderscores = true;
    if (!isOne(scanner.peek(1))) scanner.failExpected("a digit", scanner.at + 1);
  }
  if (scanner.at - start > numberDigitsMax)
    scanner.fail(`a number has at most ${numberDigitsMax} digits`, start, scanner.at);
  const digits2 = scanner.text.slice(start, scanner.at);
  return hasUnderscores ? digits2.replaceAll("_", "") : digits2;
}
function scanExponent(scanner) {
  const start = scanner.at;
  if (scanner.peek() === 43 || scanner.peek() === 45) scanner.at += 1;
  if (!isDigit(scanner.peek())) scanner.failExpected("a digit");
  while (isDigit(scanner.peek())) scanner.at += 1;
  return scanner.text.slice(start, scanner.at);
}
function isTimestampStart(scanner) {
  for (let ahead = 0; ahead < 4; ahead += 1) if (!isDigit(scanner.peek(ahead))) return false;
  const unit = scanner.peek(4);
  return unit === 45 || unit === 84;
}
function readTimestamp(scanner, annotations) {
  const start = scanner.at;
  while (!isNumberEnd(scanner, scanner.at)) scanner.at += 1;
  const text2 = scanner.text.slice(start, scanner.at);
  const value = parseTimestamp(text2, annotations);
  if (value !== void 0) return value;
  const shown = text2.length > 40 ? `${text2.slice(0, 40)}\u2026` : text2;
  return scanner.fail(`expected a timestamp, found '${shown}'`, start, scanner.at);
}
function finishNumber(scanner, start) {
  if (isNumberEnd(scanner, scanner.at)) return;
  scanner.fail(`a number can't be followed by ${scanner.found(scanner.at)}`, start, scanner.at + 1);
}
function isNumberEnd(scanner, at) {
  const unit = at < scanner.text.length ? scanner.text.charCodeAt(at) : -1;
  if (unit === -1 || isSpace(unit)) return true;
  if (unit === 47) {
    const next = scanner.text.charCodeAt(at + 1);
    return next === 47 || next === 42;
  }
  return unit === 44 || unit === 93 || unit === 125 || unit === 41 || unit === 34 || unit === 39 || isOpening(unit);
}
function isOpening(unit) {
  return unit === 91 || unit === 123 || unit === 40;
}
function isHexDigit(unit) {
  return isDigit(unit) || unit >= 97 && unit <= 102 || unit >= 65 && unit <= 70;
}
function isBinaryDigit(unit) {
  return unit === 48 || unit === 49;
}

// ../../hashprof/work/src/values/text-reader.ts
function parseIon(text2) {
  const reader = new TextReader(text2);
  const value = reader.next();
  if (value === void 0) throw malformed3("expected an Ion value, found none", 0, text2.length);
  const start = reader.at;
  if (reader.next() !== void 0) throw malformed3("expected one Ion value, found a second", start, text2.length);
  return value;
}
function malformed3(message, start, end) {
  return new LedgerError("ion/malformed", message, { span: span(start, end) });
}
var nullTypes = /* @__PURE__ */ new Set([
  "null",
  "bool",
  "int",
  "float",
  "decimal",
  "timestamp",
  "string",
  "symbol",
  "blob",
  "clob",
  "list",
  "sexp",
  "struct"
]);
var versionMarker = /\$ion_([0-9]+)_([0-9]+)(?![A-Za-z0-9_$])/y;
var TextReader = class {
  #scanner;
  #symbols;
  constructor(text2, symbols = new LocalSymbolTable()) {
    this.#scanner = new TextScanner(text2);
    this.#symbols = symbols;
  }
  /** Just behind the last value read, in UTF-16 units. */
  get at() {
    return this.#scanner.at;
  }
  /** The symbol table that holds here. */
  get symbols() {
    return this.#symbols;
  }
  /** The next value at the top level, undefined at the end. Symbol tables and version markers are taken in silently. */
  next() {
    for (; ; ) {
      this.#scanner.skipSpace();
      if (this.#scanner.peek() === -1) return void 0;
      if (this.#skipVersionMarker()) continue;
      const start = this.#scanner.at;
      const value = this.#readValue(false);
      if (value.type !== "struct" || value.annotations?.[0] !== symbolTableText) return value;
      try {
        this.#symbols = declareSymbols(value, this.#symbols);
      } catch (error) {
        throw error instanceof LedgerError ? error.at(span(start, this.#scanner.at)) : error;
      }
    }
  }
  #skipVersionMarker() {
    const scanner = this.#scanner;
    if (scanner.peek() !== 36) return false;
    versionMarker.lastIndex = scanner.at;
    const match = versionMarker.exec(scanner.text);
    if (match === null) return false;
    const start = scanner.at;
    scanner.at += match[0].length;
    const end = scanner.at;
    scanner.skipSpace();
    if (scanner.peek() === 58 && scanner.peek(1) === 58) {
      scanner.at = start;
      return false;
    }
    if (match[1] !== "1" || match[2] !== "0")
      scanner.fail(`expected Ion 1.0, found version ${match[1]}.${match[2]}`, start, end);
    this.#symbols = new LocalSymbolTable();
    return true;
  }
  #readValue(inSexp) {
    const scanner = this.#scanner;
    let annotations;
    for (; ; ) {
      const token2 = this.#readSymbolToken();
      if (token2 === void 0) return this.#readOther(annotations, inSexp);
      if (!token2.isQuoted) {
        const keyword = this.#readKeyword(token2, annotations);
        if (keyword !== void 0) return keyword;
      }
      scanner.skipSpace();
      if (scanner.peek() !== 58 || scanner.peek(1) !== 58) {
        return symbol(this.#symbolText(token2), annotations);
      }
      scanner.at += 2;
      annotations ??= [];
      annotations.push(this.#symbolText(token2));
      scanner.skipSpace();
    }
  }
  /** The symbol or keyword that stands here; undefined, having read nothing, when there is none. */
  #readSymbolToken() {
    const scanner = this.#scanner;
    const start = scanner.at;
    const unit = scanner.peek();
    if (isIdentifierStart(unit)) {
      do
        scanner.at += 1;
      while (isIdentifierPart(scanner.peek()));
      return { text: scanner.text.slice(start, scanner.at), isQuoted: false, start };
    }
    if (unit !== 39 || atLongQuote(scanner)) return void 0;
    return { text: readShort(scanner, "text"), isQuoted: true, start };
  }
  /** What a symbol stands for: `$12` is the twelfth of the symbol table. */
  #symbolText(token2) {
    if (token2.isQuoted || !/^\$[0-9]+$/.test(token2.text)) return token2.text;
    const id = Number(token2.text.slice(1));
    const text2 = id === 0 ? unknownSymbolText : this.#symbols.textOf(id);
    if (text2 !== void 0) return text2;
    const end = token2.start + token2.text.length;
    return this.#scanner.fail(`there is no symbol '${token2.text}' in the symbol table`, token2.start, end);
  }
  #readKeyword(token2, annotations) {
    switch (token2.text) {
      case "null":
        return nullOf(this.#readNullType(token2), annotations);
      case "true":
        return bool(true, annotations);
      case "false":
        return bool(false, annotations);
      case "nan":
        return float(Number.NaN, annotations);
      default:
        return void 0;
    }
  }
  #readNullType(token2) {
    const scanner = this.#scanner;
    if (scanner.peek() !== 46) return "null";
    scanner.at += 1;
    const start = scanner.at;
    while (isIdentifierPart(scanner.peek())) scanner.at += 1;
    const name = scanner.text.slice(start, scanner.at);
    if (!nullTypes.has(name)) scanner.fail(`expected a type after 'null.', found '${name}'`, token2.start, scanner.at);
    return name;
  }
  /** A value that does not begin with a symbol. */
  #readOther(annotations, inSexp) {
    const scanner = this.#scanner;
    const unit = scanner.peek();
    if (isDigit(unit)) return readNumber(scanner, annotations);
    switch (unit) {
      case 34:
        return string(readShort(scanner, "text"), annotations);
      case 39:
        return string(
          readLong(scanner, "text", () => scanner.skipSpace()),
          annotations
        );
      case 91:
        return list(this.#readItems(93, "',' or ']'"), annotations);
      case 40:
        return sexp(this.#readItems(41, "')'"), annotations);
      case 123:
        return scanner.peek(1) === 123 ? this.#readLob(annotations) : this.#readStruct(annotations);
      case 43:
      case 45: {
        if (unit === 45 && isDigit(scanner.peek(1))) return readNumber(scanner, annotations);
        if (!atInfinity(scanner)) break;
        scanner.at += 4;
        return float(unit === 45 ? -Infinity : Infinity, annotations);
      }
    }
    if (inSexp && isOperator(unit)) return symbol(this.#readOperator(), annotations);
    return scanner.failExpected("an Ion value");
  }
  #readOperator() {
    const scanner = this.#scanner;
    const start = scanner.at;
    while (isOperator(scanner.peek()) && !this.#atComment()) scanner.at += 1;
    return scanner.text.slice(start, scanner.at);
  }
  #atComment() {
    const next = this.#scanner.peek(1);
    return this.#scanner.peek() === 47 && (next === 47 || next === 42);
  }
  #readLob(annotations) {
    const { type, bytes } = readLob(this.#scanner);
    return type === "blob" ? blob(bytes, annotations) : clob(bytes, annotations);
  }
  /** The items of a list (`close` is `]`) or sexp (`)`). */
  #readItems(close, wanted) {
    const scanner = this.#scanner;
    const items = [];
    this.#open();
    const inSexp = close === 41;
    while (scanner.peek() !== close) {
      if (scanner.peek() === -1) scanner.failExpected(wanted);
      items.push(this.#readValue(inSexp));
      scanner.skipSpace();
      if (!inSexp && !this.#skipComma(close)) scanner.failExpected(wanted);
    }
    this.#close();
    return items;
  }
  #readStruct(annotations) {
    const scanner = this.#scanner;
    const names2 = [];
    const values = [];
    this.#open();
    while (scanner.peek() !== 125) {
      names2.push(this.#readFieldName());
      scanner.skipSpace();
      if (scanner.peek() !== 58 || scanner.peek(1) === 58) scanner.failExpected("':'");
      scanner.at += 1;
      scanner.skipSpace();
      values.push(this.#readValue(false));
      scanner.skipSpace();
      if (!this.#skipComma(125)) scanner.failExpected("',' or '}'");
    }
    this.#close();
    return struct(names2, values, annotations);
  }
  #readFieldName() {
    const scanner = this.#scanner;
    const token2 = this.#readSymbolToken();
    if (token2 === void 0) {
      if (scanner.peek() === 34) return readShort(scanner, "text");
      if (scanner.peek() === 39) return readLong(scanner, "text", () => scanner.skipSpace());
      return scanner.failExpected("a field name or '}'");
    }
    if (!token2.isQuoted && /^(?:null|true|false|nan)$/.test(token2.text))
      scanner.fail(`the keyword '${token2.text}' must be quoted as a field name`, token2.start, scanner.at);
    return this.#symbolText(token2);
  }
  #open() {
    this.#scanner.enter(this.#scanner.at);
    this.#scanner.at += 1;
    this.#scanner.skipSpace();
  }
  #close() {
    this.#scanner.leave();
    this.#scanner.at += 1;
  }
  /** Past a comma; true without one when the container ends here. */
  #skipComma(close) {
    const unit = this.#scanner.peek();
    if (unit === close) return true;
    if (unit !== 44) return false;
    this.#scanner.at += 1;
    this.#scanner.skipSpace();
    return true;
  }
};

// ../../hashprof/work/src/syntax/parse-type.ts
var arities = Object.assign(/* @__PURE__ */ Object.create(null), {
  ...Object.fromEntries(
    `any bag bigint blob bool boolean clob date int int2 int4 int8 integer integer2 integer4 integer8 list missing null
     real sexp smallint string struct symbol tinyint tuple`.split(/\s+/).map((name) => [name, [0, 0]])
  ),
  char: [0, 1],
  character: [0, 1],
  varchar: [0, 1],
  "character varying": [0, 1],
  dec: [0, 2],
  decimal: [0, 2],
  numeric: [0, 2],
  double: [0, 0],
  "double precision": [0, 0],
  float: [0, 1],
  time: [0, 1],
  timestamp: [0, 1]
});
function parseTypeName(cursor) {
  const token2 = cursor.token;
  if (token2.kind !== "name" && token2.kind !== "keyword") throw cursor.complain("expected type name");
  if (token2.word === "INTERVAL") {
    cursor.advance();
    const { name: name2, args: args2 } = parseIntervalQualifier(cursor);
    return { name: `interval ${name2.toLowerCase()}`, args: args2, withTimeZone: false, span: cursor.spanFrom(token2.start) };
  }
  let name = token2.word.toLowerCase();
  if (arities[name] === void 0) throw cursor.complain("expected type name");
  cursor.advance();
  if (name === "character" && cursor.accept("VARYING")) name = "character varying";
  if (name === "double" && cursor.accept("PRECISION")) name = "double precision";
  const args = cursor.at("(") ? parseTypeArguments(cursor) : [];
  checkArguments(name, args, cursor.spanFrom(token2.start));
  const withTimeZone = name === "time" || name === "timestamp" ? parseTimeZone(cursor) === "with" : false;
  return { name, args, withTimeZone, span: cursor.spanFrom(token2.start) };
}
function checkArguments(name, args, span2) {
  const [least, most] = arities[name];
  if (args.length < least || args.length > most) {
    throw invalid(`Cast to type ${name.toUpperCase()} has incorrect arity.Correct arity is ${least}..${most}`, span2);
  }
}
function parseTimeZone(cursor) {
  const { word } = cursor.token;
  if (word !== "WITHOUT" && !cursor.atWords("WITH", "TIME")) return void 0;
  cursor.advance();
  cursor.expect("TIME");
  cursor.expect("ZONE");
  return word === "WITH" ? "with" : "without";
}
function parseTypeArguments(cursor) {
  cursor.expect("(");
  const args = [];
  do {
    const text2 = cursor.textOf(cursor.token);
    if (cursor.token.kind !== "number" || !/^\d{1,9}$/.test(text2)) {
      throw cursor.complain("invalid value used for type parameter, expected a whole number");
    }
    cursor.advance();
    args.push(Number(text2));
  } while (cursor.accept(","));
  if (!cursor.accept(")")) throw cursor.complain("expected right parenthesis");
  return args;
}
var intervalLeadingDigits = 2;
var intervalFields = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
function parseIntervalQualifier(cursor) {
  const { start } = cursor.token;
  const first = parseIntervalField(cursor);
  const firstArgs = cursor.at("(") ? parseTypeArguments(cursor) : [];
  let last = first;
  let lastArgs = first === "SECOND" ? firstArgs.slice(1) : [];
  if (cursor.accept("TO")) {
    last = parseIntervalField(cursor);
    lastArgs = cursor.at("(") ? parseTypeArguments(cursor) : [];
    const [from, to] = [intervalFields.indexOf(first), intervalFields.indexOf(last)];
    if (to <= from || from < 2 !== to < 2) {
      throw invalid(`an interval can't go from ${first} to ${last}`, cursor.spanFrom(start));
    }
  }
  const manyFirst = firstArgs.length > (first === "SECOND" && last === first ? 2 : 1);
  if (manyFirst || lastArgs.length > (last === "SECOND" ? 1 : 0)) {
    throw invalid("invalid value used for type parameter: too many for an interval", cursor.spanFrom(start));
  }
  const leadingDigits2 = firstArgs[0];
  const fractionDigits2 = lastArgs[0];
  const args = fractionDigits2 !== void 0 ? [leadingDigits2 ?? intervalLeadingDigits, fractionDigits2] : firstArgs;
  return { name: first === last ? first : `${first} TO ${last}`, first, last, leadingDigits: leadingDigits2, fractionDigits: fractionDigits2, args };
}
function parseIntervalField(cursor) {
  const { word } = cursor.token;
  if (!intervalFields.includes(word)) {
    throw cursor.complain(`expected one of: [${intervalFields.join(", ")}]`);
  }
  cursor.advance();
  return word;
}

// ../../hashprof/work/src/syntax/literals.ts
function numberOf2(text2) {
  if (text2.length < 16 && /^\d+$/.test(text2)) return int(Number(text2));
  const [, whole = "", fraction = "", exponent = "0"] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text2) ?? [];
  if (whole.length + fraction.length > numberDigitsMax) return void 0;
  if (whole.length === text2.length) return int(BigInt(text2));
  const power2 = Number(exponent) - fraction.length;
  return Math.abs(power2) > decimalExponentMax ? void 0 : decimal(BigInt(whole + fraction), power2);
}
function dateTimeLiteral(cursor) {
  const token2 = cursor.advance();
  const { word } = token2;
  if (cursor.token.kind !== "string" && !["(", "WITH", "WITHOUT"].includes(cursor.token.word)) {
    throw cursor.complain(`expected a string after ${word}`, { help: cursor.quotingHelp(token2) });
  }
  if (word === "DATE") return inString(cursor, "'YYYY-MM-DD'", dateOf);
  if (word === "INTERVAL") {
    const text2 = takeString(cursor);
    const qualifier = parseIntervalQualifier(cursor);
    return required(intervalOf(text2.value, qualifier), "INTERVAL", text2.value, intervalShape(qualifier), text2.span);
  }
  const digits2 = cursor.at("(") ? parsePrecision(cursor) : void 0;
  const zone = parseTimeZone(cursor);
  if (word === "TIME") return inString(cursor, "'HH:MM:SS[.fff][+HH:MM]'", (text2) => timeOf(text2, digits2, zone));
  return inString(cursor, "'YYYY-MM-DD HH:MM:SS[.fff][+HH:MM]'", (text2) => timestampOf2(text2, digits2, zone));
  function inString(from, shape2, read) {
    const text2 = takeString(from);
    return required(read(text2.value), word, text2.value, shape2, text2.span);
  }
}
function parsePrecision(cursor) {
  const { start } = cursor.token;
  const [digits2 = 0, ...more] = parseTypeArguments(cursor);
  if (more.length === 0 && digits2 <= 9) return digits2;
  throw invalid("invalid value used for type parameter, expected one precision from 0 to 9", cursor.spanFrom(start));
}
function takeString(cursor) {
  const token2 = cursor.token;
  if (token2.kind !== "string") throw cursor.unexpected("a string");
  cursor.advance();
  return { value: unquote(cursor.text.slice(token2.start + 1, token2.end - 1), "'"), span: token2 };
}
function required(value, what, text2, shape2, span2) {
  if (value !== void 0) return value;
  throw new LedgerError("lexer/invalid-literal", `invalid literal at, ${what} '${text2}', expected ${shape2}`, {
    span: { start: span2.start, end: span2.end }
  });
}
function dateOf(text2) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text2);
  if (!match) return void 0;
  const [year, month, day] = match.slice(1).map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) ? date(year, month, day) : void 0;
}
function clockOf(text2, digits2) {
  const match = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([+-])(\d{2}):(\d{2})|[zZ])?$/.exec(text2);
  if (!match) return void 0;
  const [hour, minute, second] = match.slice(1, 4).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return void 0;
  let offset = /z$/i.test(text2) ? 0 : void 0;
  if (match[5] !== void 0) {
    const east = Number(match[6]) * 60 + Number(match[7]);
    if (Number(match[7]) > 59 || east > 18 * 60) return void 0;
    offset = match[5] === "-" && east !== 0 ? -east : east;
  }
  const written = match[4] ?? "";
  const kept = digits2 ?? written.length;
  if (kept > timestampFractionDigitsMax) return void 0;
  const seconds = roundTo2(BigInt(hour * 3600 + minute * 60 + second), written, kept);
  const total = Number(seconds.whole);
  return {
    hour: Math.floor(total / 3600) % 24,
    minute: Math.floor(total / 60) % 60,
    second: total % 60,
    fraction: seconds.fraction,
    fractionDigits: kept,
    offset,
    nextDay: total >= 86400
  };
}
function roundTo2(whole, written, kept) {
  const unit = 10n ** BigInt(kept);
  const padded = written.padEnd(kept + 1, "0");
  const up = padded[kept] >= "5" ? 1n : 0n;
  const scaled2 = whole * unit + BigInt(padded.slice(0, kept) || "0") + up;
  return { whole: scaled2 / unit, fraction: scaled2 % unit };
}
function zoneOf(clock, zone) {
  if (zone === "without") return void 0;
  return zone === "with" ? clock.offset ?? 0 : clock.offset;
}
function timeOf(text2, digits2, zone) {
  const clock = clockOf(text2, digits2);
  if (clock === void 0) return void 0;
  const { hour, minute, second, fraction, fractionDigits: fractionDigits2 } = clock;
  return time(hour, minute, second, fraction, fractionDigits2, zoneOf(clock, zone));
}
function timestampOf2(text2, digits2, zone) {
  const day = dateOf(text2.slice(0, 10));
  const clock = /^[ T]$/.test(text2[10] ?? "") ? clockOf(text2.slice(11), digits2) : void 0;
  if (day === void 0 || clock === void 0 || day.year === 0) return void 0;
  const { hour, minute, second, fraction, fractionDigits: fractionDigits2 } = clock;
  const { year, month, day: ofMonth } = clock.nextDay ? dayAfter(day) : day;
  const offset = zoneOf(clock, zone);
  return timestamp("second", { year, month, day: ofMonth, hour, minute, second, fraction, fractionDigits: fractionDigits2, offset });
}
function dayAfter({ year, month, day }) {
  if (day < daysInMonth(year, month)) return date(year, month, day + 1);
  return month < 12 ? date(year, month + 1, 1) : date(year + 1, 1, 1);
}
var nanosPerSecond = 1000000000n;
var fieldUnits = {
  YEAR: [12n, 0],
  MONTH: [1n, 11],
  DAY: [86400n * nanosPerSecond, 0],
  HOUR: [3600n * nanosPerSecond, 23],
  MINUTE: [60n * nanosPerSecond, 59],
  SECOND: [nanosPerSecond, 59]
};
var fields2 = Object.keys(fieldUnits);
function fieldsOf3(qualifier) {
  return fields2.slice(fields2.indexOf(qualifier.first), fields2.indexOf(qualifier.last) + 1);
}
function separatorBehind(field) {
  return field === "YEAR" ? "-" : field === "DAY" ? " " : ":";
}
function intervalShape(qualifier) {
  const own = fieldsOf3(qualifier);
  const shape2 = own.map((field, index) => field.toLowerCase() + (index + 1 < own.length ? separatorBehind(field) : ""));
  return `'[-]${shape2.join("")}' with at most ${qualifier.leadingDigits ?? intervalLeadingDigits} digits in front`;
}
function intervalOf(text2, qualifier) {
  const own = fieldsOf3(qualifier);
  let pattern = "^([+-]?)";
  own.forEach((field, index) => {
    pattern += field === "SECOND" ? "(\\d+)(?:\\.(\\d{1,9}))?" : "(\\d+)";
    if (index + 1 < own.length) pattern += separatorBehind(field);
  });
  const match = new RegExp(`${pattern}$`).exec(text2);
  if (!match) return void 0;
  const leading = match[2].replace(/^0+(?=\d)/, "");
  if (leading.length > (qualifier.leadingDigits ?? intervalLeadingDigits)) return void 0;
  let units = 0n;
  for (const [index, field] of own.entries()) {
    const amount = BigInt(match[index + 2]);
    const [size, most] = fieldUnits[field];
    if (index > 0 && amount > BigInt(most)) return void 0;
    units += amount * size;
  }
  if (qualifier.last === "SECOND") {
    const fraction = (match[own.length + 2] ?? "").slice(0, qualifier.fractionDigits);
    units += BigInt(fraction.padEnd(9, "0"));
  }
  if (match[1] === "-") units = -units;
  const family = fields2.indexOf(qualifier.first) < 2 ? "year-month" : "day-time";
  const written = qualifierText2(qualifier);
  return family === "year-month" ? interval(family, units, 0n, written) : interval(family, 0n, units, written);
}
function qualifierText2({ first, last, leadingDigits: leadingDigits2, fractionDigits: fractionDigits2 }) {
  if (first === last) {
    if (leadingDigits2 === void 0) return first;
    return `${first}(${leadingDigits2}${fractionDigits2 === void 0 ? "" : `, ${fractionDigits2}`})`;
  }
  const head = leadingDigits2 === void 0 ? first : `${first}(${leadingDigits2})`;
  return `${head} TO ${last}${fractionDigits2 === void 0 ? "" : `(${fractionDigits2})`}`;
}

// ../../hashprof/work/src/syntax/parse-primary.ts
var callableWords = /* @__PURE__ */ new Set(["EXISTS", "ANY", "SOME", "LEFT", "RIGHT", "OVERLAPS"]);
var clauseBeginnings = new Set(
  "AND AS BY ELSE END FROM GROUP HAVING IN INTO IS JOIN LIKE LIMIT ON OR ORDER SELECT SET THEN UNION WHEN WHERE".split(
    " "
  )
);
function parsePrimary(cursor) {
  const { kind } = cursor.token;
  if (kind === "punctuation") return bracketed[cursor.token.word]?.(cursor) ?? parseLocal(cursor);
  if (kind === "name" || kind === "keyword") return parseWord(cursor, cursor.token);
  return parseSimple(cursor, cursor.token);
}
function parseSimple(cursor, token2) {
  switch (token2.kind) {
    case "string":
      return takeLiteral(cursor, string(unquote(cursor.text.slice(token2.start + 1, token2.end - 1), "'")));
    case "number":
      return takeLiteral(cursor, numberIn(cursor, token2));
    case "ion": {
      const value = ionOf(cursor, token2);
      cursor.advance();
      return { kind: "literal", value, source: "ion", span: spanOfToken(token2) };
    }
    case "parameter": {
      cursor.advance();
      cursor.parameters += 1;
      return { kind: "parameter", ordinal: cursor.parameters - 1, span: spanOfToken(token2) };
    }
    case "quoted-name":
      return { kind: "variable", name: cursor.anyName(), local: false, span: spanOfToken(token2) };
    default:
      throw cursor.complain("expected expression");
  }
}
function takeLiteral(cursor, value) {
  const token2 = cursor.advance();
  return { kind: "literal", value, source: "partiql", span: spanOfToken(token2) };
}
function numberIn(cursor, token2) {
  const value = numberOf2(cursor.textOf(token2));
  if (value !== void 0) return value;
  const message = `invalid literal at, ${cursor.found()}: more than ${numberDigitsMax} digits or an exponent out of range`;
  throw new LedgerError("lexer/invalid-literal", message, { span: spanOfToken(token2) });
}
function ionOf(cursor, token2) {
  try {
    return parseIon(cursor.text.slice(token2.start + 1, token2.end - 1));
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    const offset = token2.start + 1;
    const span2 = error.span ? { start: error.span.start + offset, end: error.span.end + offset } : spanOfToken(token2);
    throw new LedgerError("lexer/invalid-ion", `invalid ion literal at, ${error.message}`, { span: span2, cause: error });
  }
}
var bracketed = {
  "(": parseGroup,
  "[": parseList,
  "<<": parseBag,
  "{": parseStruct
};
function parseList(cursor) {
  const { start } = cursor.expect("[");
  const items = parseItems(cursor, "]");
  return { kind: "list", items, form: "bracket", span: cursor.spanFrom(start) };
}
function parseBag(cursor) {
  const { start } = cursor.expect("<<");
  const items = parseItems(cursor, ">>");
  return { kind: "bag", items, span: cursor.spanFrom(start) };
}
function parseLocal(cursor) {
  const { start } = cursor.token;
  if (!cursor.accept("@")) throw cursor.complain("expected expression");
  const name = cursor.name("identifier expected after `@` symbol");
  return { kind: "variable", name, local: true, span: cursor.spanFrom(start) };
}
function parseGroup(cursor) {
  const open2 = cursor.position;
  const { start } = cursor.expect("(");
  if (cursor.accept(")")) return { kind: "list", items: [], form: "paren", span: cursor.spanFrom(start) };
  const first = parseExpression(cursor);
  if (cursor.at(",")) {
    const items = [first];
    while (cursor.accept(",")) items.push(parseExpression(cursor));
    if (!cursor.accept(")")) throw cursor.unexpected(",", ")");
    return { kind: "list", items, form: "paren", span: cursor.spanFrom(start) };
  }
  if (!cursor.accept(")")) throw cursor.complain("expected right parenthesis");
  cursor.group = { open: open2, end: cursor.position };
  return first;
}
function parseItems(cursor, close) {
  const items = [];
  if (cursor.accept(close)) return items;
  do
    items.push(parseExpression(cursor));
  while (cursor.accept(","));
  if (!cursor.accept(close)) throw cursor.unexpected(",", close);
  return items;
}
function parseStruct(cursor) {
  const { start } = cursor.expect("{");
  const fields3 = [];
  if (!cursor.accept("}")) {
    do {
      const name = parseExpression(cursor);
      cursor.expect(":");
      fields3.push({ name, value: parseExpression(cursor) });
    } while (cursor.accept(","));
    if (!cursor.accept("}")) throw cursor.unexpected(",", "}");
  }
  return { kind: "struct", fields: fields3, span: cursor.spanFrom(start) };
}
function parseWord(cursor, token2) {
  const called = cursor.peek().word === "(";
  switch (token2.word) {
    case "NULL":
      return takeLiteral(cursor, nullValue);
    case "MISSING":
      return takeLiteral(cursor, missing);
    case "TRUE":
      return takeLiteral(cursor, trueValue);
    case "FALSE":
      return takeLiteral(cursor, falseValue);
    case "CASE":
      return parseCase(cursor);
    case "CAST":
      return parseCast(cursor, "cast");
    case "CAN_CAST":
      if (called) return parseCast(cursor, "can-cast");
      break;
    case "CAN_LOSSLESS_CAST":
      if (called) return parseCast(cursor, "can-lossless-cast");
      break;
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
    case "INTERVAL": {
      const value = dateTimeLiteral(cursor);
      return { kind: "literal", value, source: "partiql", span: cursor.spanFrom(token2.start) };
    }
    case "CURRENT_DATE":
    case "CURRENT_TIME":
    case "CURRENT_TIMESTAMP":
    case "CURRENT_USER":
      if (called) break;
      cursor.advance();
      return callOf(token2.word.toLowerCase(), spanOfToken(token2), [], spanOfToken(token2));
    case "LIST":
    case "SEXP":
    case "BAG":
      if (called) return parseSequence(cursor, token2.word);
      break;
    default:
      break;
  }
  if (isStructuralWord(token2.word)) {
    if (called && callableWords.has(token2.word)) return parseCall(cursor);
    throw cursor.complain(
      "expected expression",
      clauseBeginnings.has(token2.word) ? {} : { help: cursor.quotingHelp(token2) }
    );
  }
  if (called) return parseCall(cursor);
  return { kind: "variable", name: cursor.anyName(), local: false, span: spanOfToken(token2) };
}
function parseSequence(cursor, word) {
  const { start } = cursor.advance();
  cursor.expect("(");
  const items = parseItems(cursor, ")");
  const span2 = cursor.spanFrom(start);
  if (word === "LIST") return { kind: "list", items, form: "bracket", span: span2 };
  return { kind: word === "BAG" ? "bag" : "sexp", items, span: span2 };
}
function parseCase(cursor) {
  const { start } = cursor.expect("CASE");
  const operand = cursor.at("WHEN") || cursor.at("ELSE") || cursor.at("END") ? void 0 : parseExpression(cursor);
  const branches = [];
  if (!cursor.at("WHEN")) throw cursor.complain("expected WHEN clause in CASE");
  while (cursor.accept("WHEN")) {
    const when = parseExpression(cursor);
    cursor.expect("THEN");
    branches.push({ when, then: parseExpression(cursor) });
  }
  const otherwise = cursor.accept("ELSE") ? parseExpression(cursor) : void 0;
  if (!cursor.accept("END")) {
    throw otherwise === void 0 ? cursor.unexpected("WHEN", "ELSE", "END") : cursor.unexpected("END");
  }
  return { kind: "case", operand, branches, otherwise, span: cursor.spanFrom(start) };
}
function parseCast(cursor, form) {
  const { start } = cursor.advance();
  if (!cursor.accept("(")) throw cursor.complain("expected left parenthesis after CAST");
  const operand = parseExpression(cursor);
  cursor.expect("AS");
  const type = parseTypeName(cursor);
  if (!cursor.accept(")")) throw cursor.complain("expected right parenthesis");
  return { kind: "cast", form, operand, type, span: cursor.spanFrom(start) };
}
function parsePostfix(cursor, root) {
  if (!cursor.at(".") && !cursor.at("[")) return root;
  const steps = [];
  for (; ; ) {
    const { start } = cursor.token;
    if (cursor.accept(".")) {
      if (cursor.accept("*")) steps.push({ kind: "each-field", span: cursor.spanFrom(start) });
      else steps.push({ kind: "field", name: pathName(cursor), span: cursor.spanFrom(start) });
    } else if (cursor.accept("[")) {
      const index = cursor.at("*") ? void 0 : parseExpression(cursor);
      if (index === void 0) cursor.advance();
      cursor.expect("]");
      const span2 = cursor.spanFrom(start);
      steps.push(index === void 0 ? { kind: "each", span: span2 } : { kind: "index", index, span: span2 });
    } else {
      return { kind: "path", root, steps, span: cursor.spanFrom(root.span.start) };
    }
  }
}
function pathName(cursor) {
  const { kind } = cursor.token;
  if (kind === "name" || kind === "keyword" || kind === "quoted-name") return cursor.anyName();
  throw cursor.complain("Invalid path component, expecting either an IDENTIFIER or STAR");
}

// ../../hashprof/work/src/syntax/parse-from.ts
function parseFrom(cursor) {
  let left = parseSource(cursor);
  for (; ; ) {
    if (cursor.accept(",")) {
      const right2 = parseSource(cursor);
      left = joined2(cursor, { kind: "join", join: "cross", comma: true, left, right: right2, on: void 0, span: left.span });
      continue;
    }
    const join3 = parseJoinWords(cursor);
    if (join3 === void 0) return left;
    const right = parseSource(cursor);
    const on = join3.cross ? void 0 : parseCondition(cursor);
    const kind = join3.cross && join3.kind === "inner" ? "cross" : join3.kind;
    left = joined2(cursor, { kind: "join", join: kind, comma: false, left, right, on, span: left.span });
  }
}
function joined2(cursor, join3) {
  return { ...join3, span: cursor.spanFrom(join3.span.start) };
}
function parseCondition(cursor) {
  if (cursor.at("USING")) throw unsupported("JOIN \u2026 USING is not supported, expected ON", cursor.token);
  if (!cursor.accept("ON")) throw cursor.complain("malformed use of FROM with JOIN: expected ON");
  return parseOr(cursor);
}
var joinKinds = {
  INNER: "inner",
  LEFT: "left",
  RIGHT: "right",
  FULL: "full"
};
function parseJoinWords(cursor) {
  const { word } = cursor.token;
  if (word === "NATURAL") {
    const help = "name the fields that must be equal: JOIN \u2026 ON a.x = b.x";
    throw unsupported("NATURAL JOIN is not supported", cursor.token, help);
  }
  let kind = joinKinds[word];
  if (kind !== void 0) {
    cursor.advance();
    if (kind !== "inner") cursor.accept("OUTER");
  } else if (word === "OUTER" && (cursor.peek().word === "JOIN" || cursor.peek().word === "CROSS")) {
    cursor.advance();
    kind = "full";
  } else if (word !== "JOIN" && word !== "CROSS") {
    return void 0;
  }
  const cross = cursor.accept("CROSS");
  cursor.expect("JOIN");
  return { kind: kind ?? "inner", cross };
}
function parseSource(cursor) {
  if (cursor.at("UNPIVOT")) return parseUnpivot(cursor);
  if (cursor.at("(") && !atQuery(cursor, 1)) return parseWrapped(cursor);
  return scanOf(cursor, parseOr(cursor));
}
function parseUnpivot(cursor) {
  const { start } = cursor.expect("UNPIVOT");
  const value = parseOr(cursor);
  const names2 = parseAliases(cursor);
  return { kind: "unpivot", value, ...names2, span: cursor.spanFrom(start) };
}
function scanOf(cursor, value) {
  const names2 = parseAliases(cursor);
  return { kind: "scan", value, ...names2, span: cursor.spanFrom(value.span.start) };
}
function parseAliases(cursor) {
  let as = cursor.accept("AS") ? cursor.name("expected identifier for alias") : void 0;
  if (as === void 0 && cursor.atBareAlias()) as = cursor.name();
  const at = cursor.accept("AT") ? cursor.name("expected identifier for AT name") : void 0;
  const by = cursor.accept("BY") ? cursor.name("expected identifier for BY name") : void 0;
  return { as, at, by };
}
function parseWrapped(cursor) {
  const open2 = cursor.position;
  const { start } = cursor.expect("(");
  cursor.enter();
  let inner = parseFrom(cursor);
  const bare = bareValue(inner);
  if (bare !== void 0 && !cursor.at(")")) inner = { ...inner, value: parseExpression(cursor, bare) };
  cursor.leave();
  if (!cursor.accept(")")) throw cursor.complain("expected right parenthesis");
  cursor.group = { open: open2, end: cursor.position };
  const value = bareValue(inner);
  if (value !== void 0) return scanOf(cursor, parseOr(cursor, value));
  const items = endsSource(cursor) ? void 0 : bareItems(cursor, inner);
  if (items !== void 0) {
    const list2 = { kind: "list", items, form: "paren", span: cursor.spanFrom(start) };
    return scanOf(cursor, parseOr(cursor, list2));
  }
  cursor.wrappedSources.add(inner);
  return inner;
}
function bareValue(source) {
  const isBare = source.kind === "scan" && (source.as ?? source.at ?? source.by) === void 0;
  return isBare ? source.value : void 0;
}
function bareItems(cursor, source) {
  const items = [];
  let rest = source;
  while (rest.kind === "join" && rest.comma && (rest === source || !cursor.wrappedSources.has(rest))) {
    const right = bareItem(cursor, rest.right);
    if (right === void 0) return void 0;
    items.push(right);
    rest = rest.left;
  }
  const first = bareItem(cursor, rest);
  return first === void 0 || items.length === 0 ? void 0 : [...items, first].reverse();
}
function bareItem(cursor, source) {
  const items = cursor.wrappedSources.has(source) ? bareItems(cursor, source) : void 0;
  return items ? { kind: "list", items, form: "paren", span: source.span } : bareValue(source);
}
function endsSource(cursor) {
  const { word } = cursor.token;
  return !(cursor.atBareAlias() || isOperator2(word) || ["AS", "AT", "BY", ".", "["].includes(word));
}

// ../../hashprof/work/src/syntax/parse-query.ts
function isQuery(expression) {
  switch (expression.kind) {
    case "select":
    case "pivot":
    case "set-operation":
    case "values":
    case "with":
      return true;
    default:
      return false;
  }
}
var queryWords = /* @__PURE__ */ new Set(["SELECT", "PIVOT", "VALUES", "WITH", "TABLE"]);
var goesOnWith = /* @__PURE__ */ new Set(["UNION", "EXCEPT", "INTERSECT", "OUTER"]);
function atQuery(cursor, ahead = 0) {
  return queryWords.has(cursor.peek(ahead).word);
}
function goesOn(cursor, left) {
  return goesOnWith.has(cursor.token.word) || isQuery(left) && atTail(cursor);
}
function parseQueryRest(cursor, first, begin, wrapped2) {
  let left = first;
  if (isQuery(left) && atTail(cursor)) {
    const inParentheses = cursor.group.open === begin && cursor.group.end === cursor.position;
    left = attachTail(cursor, left, wrapped2 || inParentheses);
  }
  for (; ; ) {
    const operand = parseIntersections(cursor, left);
    const op = setOperator(cursor, "UNION", "EXCEPT");
    const made = op ? parseSetOperation(cursor, op, operand, () => parseIntersections(cursor, parseQueryTerm(cursor))) : operand;
    if (made === left) return left;
    left = isQuery(made) && atTail(cursor) ? attachTail(cursor, made, false) : made;
  }
}
function parseIntersections(cursor, first) {
  let left = first;
  for (; ; ) {
    const op = setOperator(cursor, "INTERSECT");
    if (op === void 0) return left;
    left = parseSetOperation(cursor, op, left, () => parseQueryTerm(cursor));
  }
}
function setOperator(cursor, ...words2) {
  const word = cursor.at("OUTER") ? cursor.peek().word : cursor.token.word;
  return words2.includes(word) ? word : void 0;
}
function parseSetOperation(cursor, word, left, right) {
  const outer = cursor.accept("OUTER");
  cursor.expect(word);
  const quantifier = parseQuantifier(cursor);
  const corresponding = parseCorresponding(cursor);
  const operand = right();
  return {
    kind: "set-operation",
    op: word.toLowerCase(),
    outer,
    quantifier,
    corresponding,
    left,
    right: operand,
    orderBy: void 0,
    limit: void 0,
    offset: void 0,
    span: cursor.spanFrom(left.span.start)
  };
}
function parseCorresponding(cursor) {
  if (!cursor.accept("CORRESPONDING")) return void 0;
  return cursor.accept("BY") ? parseNames(cursor) : "all";
}
function parseNames(cursor) {
  cursor.expect("(");
  const names2 = [];
  do
    names2.push(cursor.name());
  while (cursor.accept(","));
  if (!cursor.accept(")")) throw cursor.unexpected(",", ")");
  return names2;
}
function parseQueryTerm(cursor) {
  switch (cursor.token.word) {
    case "SELECT":
      return parseSelect(cursor);
    case "PIVOT":
      return parsePivot(cursor);
    case "VALUES":
      return parseValues(cursor);
    case "WITH":
      return parseWith(cursor);
    case "TABLE":
      return parseTable(cursor);
    default:
      return parseOr(cursor);
  }
}
function atTail(cursor) {
  return cursor.at("ORDER") || cursor.at("LIMIT") || cursor.at("OFFSET");
}
function parseTail(cursor) {
  let orderBy;
  if (cursor.accept("ORDER")) {
    cursor.expect("BY");
    orderBy = parseSortKeys(cursor);
  }
  const limit = cursor.accept("LIMIT") ? parseOr(cursor) : void 0;
  const offset = cursor.accept("OFFSET") ? parseOr(cursor) : void 0;
  return { orderBy, limit, offset };
}
function attachTail(cursor, query, wrapped2) {
  if (query.kind === "values" || query.kind === "with") return query;
  if (wrapped2 && (query.orderBy !== void 0 || query.limit !== void 0 || query.offset !== void 0)) {
    throw unsupported(
      `${cursor.found()} after a query in parentheses that has an ORDER BY, LIMIT or OFFSET of its own`,
      cursor.token,
      "select from that query: SELECT * FROM (\u2026) \u2026"
    );
  }
  const start = query.span.start;
  return { ...query, ...parseTail(cursor), span: cursor.spanFrom(start) };
}
function parseSortKeys(cursor) {
  const keys = [];
  do {
    const value = parseOr(cursor);
    const direction = cursor.accept("DESC") ? "desc" : "asc";
    if (direction === "asc") cursor.accept("ASC");
    let nulls;
    if (cursor.accept("NULLS")) {
      if (!cursor.at("FIRST") && !cursor.at("LAST")) throw cursor.unexpected("FIRST", "LAST");
      nulls = cursor.advance().word === "FIRST" ? "first" : "last";
    }
    keys.push({ value, direction, nulls, span: cursor.spanFrom(value.span.start) });
  } while (cursor.accept(","));
  return keys;
}
function parseSelect(cursor) {
  cursor.enter();
  const { start } = cursor.expect("SELECT");
  const quantifier = parseQuantifier(cursor);
  const projection = parseProjection(cursor);
  const exclude = cursor.accept("EXCLUDE") ? parseExclusions(cursor) : void 0;
  const from = cursor.accept("FROM") ? parseFrom(cursor) : void 0;
  const clauses = parseClauses(cursor);
  cursor.leave();
  return {
    kind: "select",
    quantifier,
    projection,
    exclude,
    from,
    ...clauses,
    orderBy: void 0,
    limit: void 0,
    offset: void 0,
    span: cursor.spanFrom(start)
  };
}
function parsePivot(cursor) {
  cursor.enter();
  const { start } = cursor.expect("PIVOT");
  const value = parseExpression(cursor);
  cursor.expect("AT");
  const at = parseExpression(cursor);
  cursor.expect("FROM");
  const from = parseFrom(cursor);
  const clauses = parseClauses(cursor);
  cursor.leave();
  const tail = { orderBy: void 0, limit: void 0, offset: void 0 };
  return { kind: "pivot", value, at, from, ...clauses, ...tail, span: cursor.spanFrom(start) };
}
function parseClauses(cursor) {
  const lets = cursor.accept("LET") ? parseLets(cursor) : [];
  const where = cursor.accept("WHERE") ? parseOr(cursor) : void 0;
  const groupBy = cursor.at("GROUP") ? parseGroupBy(cursor) : void 0;
  const having = cursor.accept("HAVING") ? parseOr(cursor) : void 0;
  return { lets, where, groupBy, having };
}
function parseLets(cursor) {
  const bindings = [];
  do {
    const value = parseOr(cursor);
    cursor.expect("AS");
    const name = cursor.name("expected identifier for alias");
    bindings.push({ value, name, span: cursor.spanFrom(value.span.start) });
  } while (cursor.accept(","));
  return bindings;
}
function parseGroupBy(cursor) {
  const { start } = cursor.expect("GROUP");
  const partial = cursor.accept("PARTIAL");
  cursor.expect("BY");
  const keys = [];
  do {
    const value = parseOr(cursor);
    const alias = cursor.accept("AS") ? cursor.name("expected identifier for alias") : void 0;
    keys.push({ value, alias, span: cursor.spanFrom(value.span.start) });
  } while (cursor.accept(","));
  let groupAs;
  if (cursor.accept("GROUP")) {
    cursor.expect("AS");
    groupAs = cursor.name("expected identifier for GROUP name");
  }
  return { keys, partial, groupAs, span: cursor.spanFrom(start) };
}
function parseProjection(cursor) {
  const { start } = cursor.token;
  if (cursor.at("FROM") || cursor.token.kind === "end") throw cursor.complain("found empty SELECT list");
  if (cursor.at("VALUE")) {
    const word = cursor.advance();
    if (cursor.at("FROM")) throw cursor.complain("expected expression", { help: cursor.quotingHelp(word) });
    const value = parseOr(cursor);
    return { kind: "value", value, span: cursor.spanFrom(start) };
  }
  const lonely = "Other expressions may not be present in the select list when '*' is used without dot notation.";
  if (cursor.at("*")) {
    const star = cursor.advance();
    if (cursor.at(",")) throw invalid(lonely, star);
    return { kind: "star", span: cursor.spanFrom(start) };
  }
  const items = [];
  do {
    if (cursor.at("*")) throw invalid(lonely, cursor.token);
    items.push(parseSelectItem(cursor));
  } while (cursor.accept(","));
  return { kind: "items", items, span: cursor.spanFrom(start) };
}
function parseSelectItem(cursor) {
  const begin = cursor.position;
  if (cursor.atWords("(", ")")) throw cursor.complain("expected expression", { token: cursor.peek() });
  const value = parseOr(cursor);
  const wrapped2 = cursor.group.open === begin && cursor.group.end === cursor.position;
  const starred = value.kind === "path" && !wrapped2 ? starItem(value.root, value.steps) : void 0;
  if (starred !== void 0) {
    if (cursor.at("AS") || cursor.atBareAlias())
      throw invalid("Invalid use of * in select list: it has no name", value.span);
    return { kind: "star", value: starred, span: value.span };
  }
  let alias;
  if (cursor.accept("AS")) alias = cursor.name("expected identifier for alias");
  else if (cursor.atBareAlias()) alias = cursor.name();
  return { kind: "expression", value, alias, span: cursor.spanFrom(value.span.start) };
}
function starItem(root, steps) {
  const star = steps.findIndex((step) => step.kind === "each-field");
  if (star === -1) return void 0;
  if (star < steps.length - 1) {
    throw invalid("Invalid use of * in select list: expected .* at the end of a path", steps[star].span);
  }
  if (star === 0) return root;
  const span2 = { start: root.span.start, end: steps[star - 1].span.end };
  return { kind: "path", root, steps: steps.slice(0, -1), span: span2 };
}
function parseExclusions(cursor) {
  const paths = [];
  do {
    const name = cursor.name();
    const path = parsePostfix(cursor, { kind: "variable", name, local: false, span: name.span });
    if (path.kind !== "path") throw cursor.unexpected(".", "[");
    paths.push(path);
  } while (cursor.accept(","));
  return paths;
}
function parseValues(cursor) {
  const { start } = cursor.expect("VALUES");
  const rows = [];
  do {
    if (!cursor.accept("(")) throw cursor.complain("expected left parenthesis");
    if (cursor.at(")")) throw cursor.complain("expected expression");
    rows.push(parseItems(cursor, ")"));
  } while (cursor.accept(","));
  return { kind: "values", rows, span: cursor.spanFrom(start) };
}
function parseWith(cursor) {
  cursor.enter();
  const { start } = cursor.expect("WITH");
  const recursive = cursor.accept("RECURSIVE");
  const bindings = [];
  do {
    const name = cursor.name();
    const columns2 = cursor.at("(") ? parseNames(cursor) : void 0;
    cursor.expect("AS");
    cursor.expect("(");
    const query2 = parseExpression(cursor);
    if (!cursor.accept(")")) throw cursor.complain("expected right parenthesis");
    bindings.push({ name, columns: columns2, query: query2 });
  } while (cursor.accept(","));
  const query = parseExpression(cursor);
  cursor.leave();
  return { kind: "with", recursive, bindings, query, span: cursor.spanFrom(start) };
}
function parseTable(cursor) {
  const { start } = cursor.expect("TABLE");
  const name = cursor.name();
  const value = parsePostfix(cursor, { kind: "variable", name, local: false, span: name.span });
  const span2 = cursor.spanFrom(start);
  return {
    kind: "select",
    quantifier: void 0,
    projection: { kind: "star", span: span2 },
    exclude: void 0,
    from: { kind: "scan", value, as: void 0, at: void 0, by: void 0, span: value.span },
    lets: [],
    where: void 0,
    groupBy: void 0,
    having: void 0,
    orderBy: void 0,
    limit: void 0,
    offset: void 0,
    span: span2
  };
}

// ../../hashprof/work/src/syntax/parse-call.ts
var extractParts = ["year", "month", "day", "hour", "minute", "second", "timezone_hour", "timezone_minute"];
var dateParts = extractParts.slice(0, 6);
var starCalls = /* @__PURE__ */ new Set(["count", "coll_count"]);
function callOf(name, nameSpan, args, span2) {
  return {
    kind: "call",
    name,
    nameSpan,
    args,
    star: false,
    quantifier: void 0,
    filter: void 0,
    over: void 0,
    span: span2
  };
}
function parseCall(cursor) {
  const token2 = cursor.advance();
  const name = cursor.textOf(token2).toLowerCase();
  const nameSpan = { start: token2.start, end: token2.end };
  cursor.expect("(");
  const special = specialCalls[name];
  if (special !== void 0) {
    const args = special(cursor);
    if (!cursor.accept(")")) throw cursor.complain("expected right parenthesis");
    return callOf(name, nameSpan, args, cursor.spanFrom(token2.start));
  }
  const head = parseArguments(cursor, name);
  const filter = parseFilter(cursor);
  const over = parseOver(cursor);
  return { kind: "call", name, nameSpan, ...head, filter, over, span: cursor.spanFrom(token2.start) };
}
function parseArguments(cursor, name) {
  if (cursor.at("*")) {
    const star = cursor.advance();
    if (!starCalls.has(name)) {
      throw invalid("function call, other than COUNT, with (*) as parameter is not supported", star);
    }
    cursor.expect(")");
    return { args: [], star: true, quantifier: void 0 };
  }
  const quantifier = parseQuantifier(cursor);
  if (quantifier !== void 0 && cursor.at("*")) throw invalid("COUNT(DISTINCT *) is not supported", cursor.token);
  const { start } = cursor.token;
  const args = parseItems(cursor, ")");
  if (quantifier !== void 0 && args.length !== 1) {
    throw invalid(`Aggregate function calls take 1 argument only, found ${args.length}`, cursor.spanFrom(start));
  }
  return { args, star: false, quantifier };
}
function parseQuantifier(cursor) {
  if (cursor.accept("DISTINCT")) return "distinct";
  return cursor.accept("ALL") ? "all" : void 0;
}
function parseFilter(cursor) {
  if (!cursor.acceptWords("FILTER", "(", "WHERE")) return void 0;
  const condition = parseExpression(cursor);
  cursor.expect(")");
  return condition;
}
function parseOver(cursor) {
  const { start } = cursor.token;
  if (!cursor.acceptWords("OVER", "(")) return void 0;
  const partitionBy = [];
  if (cursor.acceptWords("PARTITION", "BY")) {
    do
      partitionBy.push(parseOr(cursor));
    while (cursor.accept(","));
  }
  const orderBy = cursor.acceptWords("ORDER", "BY") ? parseSortKeys(cursor) : [];
  if (cursor.at("ROWS") || cursor.at("RANGE") || cursor.at("GROUPS")) {
    throw unsupported(`a window frame is not supported, found ${cursor.found()}`, cursor.token);
  }
  if (!cursor.accept(")")) throw cursor.unexpected("PARTITION BY", "ORDER BY", ")");
  return { partitionBy, orderBy, span: cursor.spanFrom(start) };
}
var specialCalls = {
  __proto__: null,
  trim: parseTrim,
  extract: parseExtract,
  date_add: parseDatePart,
  date_diff: parseDatePart,
  substring: parseSubstring,
  position: parsePosition,
  overlay: parseOverlay
};
var trimSides = /* @__PURE__ */ new Set(["LEADING", "TRAILING", "BOTH"]);
function parseTrim(cursor) {
  const { start, end, word } = cursor.token;
  const sided = trimSides.has(word) && cursor.peek().word !== ")" && cursor.peek().word !== ".";
  if (sided) cursor.advance();
  const side = literal(sided ? word.toLowerCase() : "both", { start, end });
  if (cursor.accept("FROM")) return [side, literal(" ", side.span), parseExpression(cursor)];
  const first = parseExpression(cursor);
  if (cursor.accept("FROM")) return [side, first, parseExpression(cursor)];
  if (sided) throw cursor.unexpected("FROM");
  return [first];
}
function parseExtract(cursor) {
  const part = parsePart(cursor, extractParts);
  cursor.expect("FROM");
  return [part, parseExpression(cursor)];
}
function parseDatePart(cursor) {
  const args = [parsePart(cursor, dateParts)];
  while (cursor.accept(",")) args.push(parseExpression(cursor));
  if (args.length === 1) throw cursor.complain("expected argument delimiter");
  return args;
}
function parsePart(cursor, parts2) {
  const token2 = cursor.token;
  const part = token2.word.toLowerCase();
  if (!parts2.includes(part)) throw cursor.complain(`expected one of: [${parts2.join(", ")}]`);
  cursor.advance();
  return literal(part, token2);
}
function parseSubstring(cursor) {
  const args = [parseExpression(cursor)];
  if (cursor.accept("FROM")) {
    args.push(parseExpression(cursor));
    if (cursor.accept("FOR")) args.push(parseExpression(cursor));
    return args;
  }
  if (!cursor.at(",") && !cursor.at(")")) throw cursor.unexpected("FROM", ",");
  while (cursor.accept(",")) args.push(parseExpression(cursor));
  return args;
}
function parsePosition(cursor) {
  const wanted = parseOperators(cursor, tightness.concat);
  if (!cursor.accept("IN") && !cursor.accept(",")) throw cursor.unexpected("IN");
  return [wanted, parseExpression(cursor)];
}
function parseOverlay(cursor) {
  const args = [parseExpression(cursor)];
  if (cursor.accept("PLACING")) {
    args.push(parseExpression(cursor));
    cursor.expect("FROM");
    args.push(parseExpression(cursor));
    if (cursor.accept("FOR")) args.push(parseExpression(cursor));
    return args;
  }
  if (!cursor.at(",")) throw cursor.unexpected("PLACING");
  while (cursor.accept(",")) args.push(parseExpression(cursor));
  return args;
}
function literal(text2, span2) {
  return { kind: "literal", value: string(text2), source: "partiql", span: { start: span2.start, end: span2.end } };
}

// ../../hashprof/work/src/syntax/parse-expression.ts
var tightness = { or: 1, and: 2, not: 3, predicate: 4, concat: 5, sum: 6, product: 7 };
var operators = new Map([
  ["OR", tightness.or],
  ["AND", tightness.and],
  ...["=", "<>", "<", "<=", ">", ">=", "IS", "IN", "LIKE", "BETWEEN", "OVERLAPS", "NOT"].map(
    (word) => [word, tightness.predicate]
  ),
  ["||", tightness.concat],
  ["&", tightness.concat],
  ["+", tightness.sum],
  ["-", tightness.sum],
  ["*", tightness.product],
  ["/", tightness.product],
  ["%", tightness.product]
]);
function isOperator2(word) {
  return operators.has(word);
}
function parseExpression(cursor, first) {
  cursor.enter();
  const begin = cursor.position;
  let left = first === void 0 && atQuery(cursor) ? parseQueryTerm(cursor) : parseOperators(cursor, tightness.or, first);
  if (goesOn(cursor, left)) left = parseQueryRest(cursor, left, begin, left === first);
  cursor.leave();
  return left;
}
function parseOr(cursor, first) {
  return parseOperators(cursor, tightness.or, first);
}
function parseOperators(cursor, least, first) {
  let left = first ?? (isPrefix(cursor.token.word) ? parsePrefixed(cursor, least) : parsePrimary(cursor));
  if (cursor.at(".") || cursor.at("[")) left = parsePostfix(cursor, left);
  let most = tightness.product;
  for (; ; ) {
    const { word } = cursor.token;
    const own = operators.get(word);
    if (own === void 0 || own < least || own > most) return left;
    most = own;
    if (own > tightness.predicate) {
      const opSpan = takeSpan(cursor);
      left = binary(word, left, parseOperators(cursor, own + 1), opSpan);
    } else if (own < tightness.predicate) {
      left = parseChain(cursor, left, own);
    } else {
      const predicate = parsePredicate(cursor, left);
      if (predicate === void 0) return left;
      left = predicate;
    }
  }
}
function isPrefix(word) {
  return word === "-" || word === "+" || word === "NOT";
}
function parsePrefixed(cursor, least) {
  const { word, start } = cursor.token;
  if (word !== "NOT") return parseSigned(cursor);
  if (least > tightness.not) return parsePrimary(cursor);
  cursor.advance();
  cursor.enter();
  const operand = parseOperators(cursor, tightness.not);
  cursor.leave();
  return { kind: "unary", op: "not", operand, span: { start, end: operand.span.end } };
}
function parseSigned(cursor) {
  const signs = [];
  while (cursor.at("-") || cursor.at("+")) signs.push(cursor.advance());
  let operand = parsePostfix(cursor, parsePrimary(cursor));
  for (const { word, start } of signs.reverse()) {
    operand = { kind: "unary", op: word, operand, span: { start, end: operand.span.end } };
  }
  return operand;
}
var chainLengthMax = 32;
function parseChain(cursor, left, own) {
  const word = own === tightness.or ? "OR" : "AND";
  const chain = { operands: [left], operators: [] };
  while (cursor.at(word)) {
    chain.operators.push(takeSpan(cursor));
    chain.operands.push(parseOperators(cursor, own + 1));
  }
  return joinChain(own === tightness.or ? "or" : "and", chain);
}
function takeSpan(cursor) {
  const token2 = cursor.advance();
  return { start: token2.start, end: token2.end };
}
function joinChain(op, chain) {
  if (chain.operands.length > chainLengthMax) return balance(op, chain, 0, chain.operands.length);
  let left = chain.operands[0];
  for (let index = 1; index < chain.operands.length; index += 1) {
    left = binary(op, left, chain.operands[index], chain.operators[index - 1]);
  }
  return left;
}
function balance(op, chain, from, to) {
  if (to - from === 1) return chain.operands[from];
  const middle = from + to + 1 >> 1;
  const left = balance(op, chain, from, middle);
  const right = balance(op, chain, middle, to);
  return binary(op, left, right, chain.operators[middle - 1]);
}
function binary(op, left, right, opSpan) {
  return { kind: "binary", op, left, right, opSpan, span: { start: left.span.start, end: right.span.end } };
}
function parsePredicate(cursor, left) {
  const negated = cursor.at("NOT");
  switch (negated ? cursor.peek().word : cursor.token.word) {
    case "IS":
      return negated ? void 0 : parseIs(cursor, left);
    case "IN":
      return parseIn(cursor, left, negated);
    case "LIKE":
      return parseLike(cursor, left, negated);
    case "BETWEEN":
      return parseBetween(cursor, left, negated);
    case "OVERLAPS": {
      if (negated) return void 0;
      const nameSpan = takeSpan(cursor);
      const right = parseOperators(cursor, tightness.concat);
      return callOf("overlaps", nameSpan, [left, right], { start: left.span.start, end: right.span.end });
    }
    default: {
      if (negated) return void 0;
      const op = cursor.token.word;
      const opSpan = takeSpan(cursor);
      return binary(op, left, parseOperators(cursor, tightness.concat), opSpan);
    }
  }
}
function parseIs(cursor, operand) {
  cursor.expect("IS");
  const negated = cursor.accept("NOT");
  const type = parseTypeName(cursor);
  return { kind: "is", operand, type, negated, span: { start: operand.span.start, end: type.span.end } };
}
function acceptNot(cursor, negated) {
  if (negated) cursor.expect("NOT");
  cursor.advance();
}
function parseIn(cursor, operand, negated) {
  acceptNot(cursor, negated);
  const collection = cursor.at("(") ? parseInList(cursor) : parseOperators(cursor, tightness.concat);
  return { kind: "in", operand, collection, negated, span: cursor.spanFrom(operand.span.start) };
}
function parseInList(cursor) {
  const start = cursor.expect("(").start;
  const inner = cursor.position;
  const items = [];
  if (!cursor.at(")")) {
    do
      items.push(parseExpression(cursor));
    while (cursor.accept(","));
  }
  const wrapped2 = cursor.group.open === inner && cursor.group.end === cursor.position;
  if (!cursor.accept(")")) throw cursor.unexpected(",", ")");
  const only = items.length === 1 ? items[0] : void 0;
  const list2 = { kind: "list", items, form: "paren", span: cursor.spanFrom(start) };
  if (cursor.at(".") || cursor.at("[") || (operators.get(cursor.token.word) ?? 0) >= tightness.concat) {
    return parseOperators(cursor, tightness.concat, only ?? list2);
  }
  return only !== void 0 && isQuery(only) && !wrapped2 ? only : list2;
}
function parseLike(cursor, operand, negated) {
  acceptNot(cursor, negated);
  const pattern = parseOperators(cursor, tightness.concat);
  const escaped = cursor.accept("ESCAPE") ? parseOperators(cursor, tightness.concat) : void 0;
  return { kind: "like", operand, pattern, escape: escaped, negated, span: cursor.spanFrom(operand.span.start) };
}
function parseBetween(cursor, operand, negated) {
  acceptNot(cursor, negated);
  const low = parseOperators(cursor, tightness.concat);
  cursor.expect("AND");
  const high = parseOperators(cursor, tightness.concat);
  return { kind: "between", operand, low, high, negated, span: cursor.spanFrom(operand.span.start) };
}

// ../../hashprof/work/src/syntax/parse-dml.ts
function parseInsert(cursor) {
  const command = cursor.token.word.toLowerCase();
  const { start } = cursor.advance();
  cursor.expect("INTO");
  const table = parseTablePath(cursor);
  const as = cursor.accept("AS") ? cursor.name("expected identifier for alias") : void 0;
  const form = cursor.accept("VALUE") ? "one" : "many";
  const value = parseInserted(cursor);
  const at = form === "one" && cursor.accept("AT") ? parseExpression(cursor) : void 0;
  const onConflict = parseOnConflict(cursor);
  const returning = parseReturning(cursor);
  return { kind: "insert", table, as, form, value, at, onConflict, command, returning, span: cursor.spanFrom(start) };
}
function parseInserted(cursor) {
  const open2 = cursor.token;
  const value = parseExpression(cursor);
  const next = cursor.token.word;
  if (open2.word === "(" && (next === "VALUES" || next === "VALUE" || next === "SELECT")) {
    const help = "insert documents: INSERT INTO t VALUE {'a': 1, 'b': 2}";
    throw unsupported("INSERT with a list of columns is not supported", open2, help);
  }
  return value;
}
function parseTablePath(cursor) {
  const { start } = cursor.token;
  const names2 = [cursor.name()];
  while (cursor.accept(".")) names2.push(cursor.anyName());
  if (cursor.at("[")) {
    const help = "write FROM table \u2026 INSERT INTO path VALUE \u2026";
    throw unsupported("INSERT INTO an element needs the table in a FROM before it", cursor.token, help);
  }
  return { names: names2, span: cursor.spanFrom(start) };
}
function parseOnConflict(cursor) {
  const { start } = cursor.token;
  if (!cursor.acceptWords("ON", "CONFLICT")) return void 0;
  if (cursor.at("ON")) throw unsupported("ON CONFLICT ON CONSTRAINT is not supported", cursor.token);
  const target = cursor.at("(") ? parseNames(cursor) : void 0;
  let where = cursor.accept("WHERE") ? parseOr(cursor) : void 0;
  cursor.expect("DO");
  if (cursor.accept("NOTHING")) return { target, where, action: "nothing", span: cursor.spanFrom(start) };
  if (!cursor.at("REPLACE") && !cursor.at("UPDATE")) throw cursor.unexpected("NOTHING", "REPLACE", "UPDATE");
  const action = cursor.advance().word === "REPLACE" ? "replace-excluded" : "update-excluded";
  cursor.expect("EXCLUDED");
  if (where === void 0 && cursor.accept("WHERE")) where = parseOr(cursor);
  return { target, where, action, span: cursor.spanFrom(start) };
}
function parseReturning(cursor) {
  if (!cursor.accept("RETURNING")) return void 0;
  const columns2 = [];
  do {
    const { start } = cursor.token;
    if (!cursor.at("MODIFIED") && !cursor.at("ALL")) throw cursor.unexpected("MODIFIED", "ALL");
    const status = cursor.advance().word === "ALL" ? "all" : "modified";
    if (!cursor.at("OLD") && !cursor.at("NEW")) throw cursor.unexpected("OLD", "NEW");
    const age = cursor.advance().word === "OLD" ? "old" : "new";
    const expression = cursor.accept("*") ? "*" : parseOr(cursor);
    columns2.push({ which: `${status}-${age}`, expression, span: cursor.spanFrom(start) });
  } while (cursor.accept(","));
  return columns2;
}
function parseUpdate(cursor) {
  const { start } = cursor.expect("UPDATE");
  const from = parseTarget(cursor);
  const changes = parseChanges(cursor);
  if (changes.length === 0) throw cursor.unexpected("SET", "INSERT INTO", "REMOVE");
  const where = cursor.accept("WHERE") ? parseOr(cursor) : void 0;
  const returning = parseReturning(cursor);
  return { kind: "dml", form: "update", from, where, changes, returning, span: cursor.spanFrom(start) };
}
function parseFromStatement(cursor) {
  const { start } = cursor.expect("FROM");
  const from = parseFrom(cursor);
  const where = cursor.accept("WHERE") ? parseOr(cursor) : void 0;
  const changes = parseChanges(cursor);
  if (changes.length === 0) throw cursor.complain("expected DML or SELECT operation after FROM");
  const returning = parseReturning(cursor);
  return { kind: "dml", form: "from", from, where, changes, returning, span: cursor.spanFrom(start) };
}
function parseDelete(cursor) {
  const { start } = cursor.expect("DELETE");
  cursor.expect("FROM");
  const from = parseTarget(cursor);
  const changes = [{ kind: "delete", span: from.span }];
  const where = cursor.accept("WHERE") ? parseOr(cursor) : void 0;
  const returning = parseReturning(cursor);
  return { kind: "dml", form: "delete", from, where, changes, returning, span: cursor.spanFrom(start) };
}
function parseTarget(cursor) {
  return scanOf(cursor, parsePath(cursor));
}
function parsePath(cursor) {
  const name = cursor.name();
  return parsePostfix(cursor, { kind: "variable", name, local: false, span: name.span });
}
function parseChanges(cursor) {
  const changes = [];
  for (; ; ) {
    if (cursor.at("SET")) parseAssignments(cursor, changes);
    else if (cursor.at("INSERT")) changes.push(parseInsertInto(cursor));
    else if (cursor.at("REMOVE")) {
      const { start } = cursor.advance();
      changes.push({ kind: "remove", target: parsePath(cursor), span: cursor.spanFrom(start) });
    } else return changes;
  }
}
function parseAssignments(cursor, changes) {
  cursor.expect("SET");
  do {
    const target = parsePath(cursor);
    if (!cursor.accept("=")) throw cursor.complain("expected assignment for SET");
    const value = parseExpression(cursor);
    changes.push({ kind: "set", target, value, span: cursor.spanFrom(target.span.start) });
  } while (cursor.accept(","));
}
function parseInsertInto(cursor) {
  const { start } = cursor.expect("INSERT");
  cursor.expect("INTO");
  const target = parsePath(cursor);
  const form = cursor.accept("VALUE") ? "one" : "many";
  const value = parseExpression(cursor);
  const at = form === "one" && cursor.accept("AT") ? parseExpression(cursor) : void 0;
  return { kind: "insert", target, value, at, form, span: cursor.spanFrom(start) };
}

// ../../hashprof/work/src/syntax/tree-depth.ts
var nestingKinds = /* @__PURE__ */ new Set([
  ...["path", "unary", "binary", "in", "between", "like", "is", "case", "cast", "call", "list", "sexp", "bag"],
  ...["struct", "select", "set-operation", "values", "pivot", "with", "join", "scan", "unpivot", "explain"]
]);
function checkTreeDepth(statement, tokenCount) {
  if (tokenCount <= nestingDepthMax) return;
  const nodes = [statement];
  const depths = [0];
  while (nodes.length > 0) {
    const node = nodes.pop();
    const above = depths.pop();
    const depth = nestingKinds.has(node.kind) ? above + 1 : above;
    if (depth > nestingDepthMax) throw tooDeep(node.span);
    if (node.kind === "literal") continue;
    for (const child of Object.values(node)) {
      if (typeof child !== "object" || child === null) continue;
      nodes.push(child);
      depths.push(depth);
    }
  }
}

// ../../hashprof/work/src/syntax/parser.ts
function parseStatement(text2) {
  const cursor = new Cursor(text2);
  if (cursor.atEnd || cursor.at(";")) throw cursor.unexpected("a statement");
  try {
    const statement = parseOne(cursor);
    expectEnd(cursor);
    checkTreeDepth(statement, cursor.tokens.length);
    return statement;
  } catch (error) {
    throw withFirstWord(error, cursor);
  }
}
function expectEnd(cursor) {
  const ended = cursor.accept(";");
  if (cursor.atEnd) return;
  if (ended) throw cursor.complain("expected one statement only", { help: "send one statement at a time" });
  throw cursor.unexpected("the end of the statement");
}
var firstWords = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "FROM",
  "CREATE",
  "DROP",
  "UNDROP",
  "EXEC",
  "EXPLAIN",
  "WITH"
];
function withFirstWord(error, cursor) {
  const first = cursor.tokens[0];
  if (!(error instanceof LedgerError) || error.kind !== "input" || first?.kind !== "name") return error;
  const near = nearName(first.word, firstWords);
  if (near === void 0) return error;
  const help = `the statement begins with '${cursor.textOf(first)}'; did you mean ${near}?`;
  return new LedgerError(error.code, error.message, {
    help,
    cause: error.cause,
    ...error.span && { span: error.span }
  });
}
function parseOne(cursor) {
  switch (cursor.token.word) {
    case "INSERT":
      return parseInsert(cursor);
    case "UPSERT":
    case "REPLACE":
      if (cursor.peek().word === "INTO") return parseInsert(cursor);
      break;
    case "UPDATE":
      return parseUpdate(cursor);
    case "DELETE":
      return parseDelete(cursor);
    case "FROM":
      return parseFromStatement(cursor);
    case "CREATE":
      return parseCreate(cursor);
    case "DROP":
      return parseDrop(cursor);
    case "UNDROP":
      return parseUndrop(cursor);
    case "EXEC":
      return parseExec(cursor);
    case "EXPLAIN":
      if (atExplain(cursor)) return parseExplain(cursor);
      break;
    default:
      break;
  }
  const query = parseExpression(cursor);
  return { kind: "query", query, span: query.span };
}
function parseCreate(cursor) {
  const { start } = cursor.expect("CREATE");
  if (cursor.accept("TABLE")) {
    refuseCondition(cursor);
    const name = cursor.name();
    if (cursor.at("(")) throw unsupported("a table has no columns here: documents are open", cursor.token);
    const tags = cursor.at("WITH") ? parseTags(cursor) : void 0;
    return { kind: "create-table", name, tags, span: cursor.spanFrom(start) };
  }
  if (!cursor.accept("INDEX")) throw cursor.unexpected("TABLE", "INDEX");
  if (cursor.atName()) throw unsupported("an index has no name of its own, expected ON", cursor.token);
  cursor.expect("ON");
  const table = cursor.name();
  if (!cursor.accept("(")) throw cursor.complain("expected left parenthesis");
  const paths = [];
  do {
    const path = [cursor.name()];
    while (cursor.accept(".")) path.push(cursor.anyName());
    paths.push(path);
  } while (cursor.accept(","));
  if (!cursor.accept(")")) throw cursor.unexpected(",", ")");
  return { kind: "create-index", table, paths, span: cursor.spanFrom(start) };
}
function refuseCondition(cursor) {
  if (cursor.atWords("IF", "EXISTS") || cursor.atWords("IF", "NOT")) {
    throw unsupported("IF [NOT] EXISTS is not supported", cursor.token);
  }
}
function parseTags(cursor) {
  cursor.expect("WITH");
  cursor.expect("(");
  if (!cursor.accept("AWS_TAGS")) throw cursor.unexpected("aws_tags");
  cursor.expect("=");
  const tags = parseExpression(cursor);
  cursor.expect(")");
  return tags;
}
function parseDrop(cursor) {
  const { start } = cursor.expect("DROP");
  if (cursor.accept("TABLE")) {
    refuseCondition(cursor);
    const name = cursor.name();
    return { kind: "drop-table", name, span: cursor.spanFrom(start) };
  }
  if (!cursor.accept("INDEX")) throw cursor.unexpected("TABLE", "INDEX");
  const indexId = cursor.name();
  cursor.expect("ON");
  const table = cursor.name();
  let purge;
  if (cursor.accept("WITH")) {
    cursor.expect("(");
    if (!cursor.accept("PURGE")) throw cursor.unexpected("purge");
    cursor.expect("=");
    if (!cursor.at("TRUE") && !cursor.at("FALSE")) throw cursor.unexpected("true", "false");
    purge = cursor.advance().word === "TRUE";
    cursor.expect(")");
  }
  return { kind: "drop-index", indexId, table, purge, span: cursor.spanFrom(start) };
}
function parseUndrop(cursor) {
  const { start } = cursor.expect("UNDROP");
  cursor.expect("TABLE");
  const tableId = cursor.name();
  return { kind: "undrop-table", tableId, span: cursor.spanFrom(start) };
}
function parseExec(cursor) {
  const { start } = cursor.expect("EXEC");
  const procedure = cursor.name();
  const args = [];
  if (!cursor.atEnd && !cursor.at(";")) {
    do
      args.push(parseExpression(cursor));
    while (cursor.accept(","));
  }
  return { kind: "exec", procedure, args, span: cursor.spanFrom(start) };
}
function atExplain(cursor) {
  const next = cursor.peek();
  if (next.kind === "end" || next.kind === "operator") return false;
  return next.kind !== "punctuation" || ["(", "[", "{", "<<", "@"].includes(next.word);
}
function parseExplain(cursor) {
  const { start } = cursor.expect("EXPLAIN");
  const options = [];
  if (optionsFollow(cursor)) {
    do {
      cursor.advance();
      options.push(cursor.anyName());
    } while (cursor.at(","));
    cursor.expect(")");
  }
  if (cursor.at("EXPLAIN")) throw cursor.unexpected("a statement other than EXPLAIN");
  const statement = parseOne(cursor);
  return { kind: "explain", options, statement, span: cursor.spanFrom(start) };
}
function optionsFollow(cursor) {
  if (!cursor.at("(")) return false;
  let ahead = 1;
  while (cursor.atName(cursor.peek(ahead)) && cursor.peek(ahead + 1).word === ",") ahead += 2;
  if (!cursor.atName(cursor.peek(ahead)) || cursor.peek(ahead + 1).word !== ")") return false;
  const next = cursor.peek(ahead + 2);
  if (next.kind === "end" || next.kind === "operator") return false;
  return ![
    ";",
    ".",
    "[",
    "OUTER",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "AND",
    "OR",
    "IN",
    "IS",
    "LIKE",
    "NOT",
    "BETWEEN",
    "OVERLAPS"
  ].includes(next.word);
}

// ../../hashprof/work/src/ledger/prepared.ts
var PreparedStatements = class {
  #options;
  #entries = /* @__PURE__ */ new Map();
  constructor(options) {
    this.#options = options;
  }
  /**
   * The plan of a statement for a catalog. `onName` hears every name asked for, also when the planning fails: that a
   * name stood for nothing is a reading too. Throws LedgerError of the parser or planner.
   */
  plan(text2, catalog, onName) {
    const entry = this.#entryOf(text2);
    if (entry.plan === void 0 || entry.catalog !== catalog) {
      const names2 = /* @__PURE__ */ new Set();
      const noted = new PlanCatalog(catalog, (name) => {
        names2.add(name);
        onName(name);
      });
      entry.plan = buildPlan(entry.statement, noted, this.#options);
      entry.names = names2;
      entry.catalog = catalog;
    } else for (const name of entry.names) onName(name);
    return entry.plan;
  }
  #entryOf(text2) {
    const held = this.#entries.get(text2);
    if (held !== void 0) {
      this.#entries.delete(text2);
      this.#entries.set(text2, held);
      return held;
    }
    const entry = { statement: parseStatement(text2), plan: void 0, names: /* @__PURE__ */ new Set(), catalog: void 0 };
    if (text2.length > preparedStatementCharactersMax) return entry;
    if (this.#entries.size >= preparedStatementsMax) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
    this.#entries.set(text2, entry);
    return entry;
  }
};

// ../../hashprof/work/src/ledger/quotas.ts
var strictQuotas = {
  statementCharacters: statementCharactersMax,
  documentBytes: documentBytesMax,
  transactionDocuments: transactionDocumentsMax,
  transactionBytes: transactionBytesMax,
  transactionRedactions: transactionRedactionsMax,
  activeTables: activeTablesMax,
  tables: tablesMax,
  tableIndexes: tableIndexesMax
};
var wideQuotas = {
  statementCharacters: statementCharactersMaxWide,
  documentBytes: documentBytesMaxWide,
  transactionDocuments: Number.POSITIVE_INFINITY,
  transactionBytes: transactionBytesMaxWide,
  transactionRedactions: Number.POSITIVE_INFINITY,
  activeTables: Number.POSITIVE_INFINITY,
  tables: Number.POSITIVE_INFINITY,
  tableIndexes: Number.POSITIVE_INFINITY
};
function quotasOf(strictQldb, wanted = {}) {
  return { ...strictQldb ? strictQuotas : wideQuotas, ...wanted };
}

// ../../hashprof/work/src/ledger/remove-range.ts
function removeRange(transaction, range2) {
  for (; ; ) {
    const keys = [];
    for (const [key2] of transaction.range(range2)) {
      keys.push(key2);
      if (keys.length === indexBuildBatchDocuments) break;
    }
    if (keys.length === 0) return;
    for (const key2 of keys) transaction.remove(key2);
  }
}

// ../../hashprof/work/src/ledger/apply-catalog.ts
function applyCatalogRevisions(writer, before, ddl) {
  const changes = ddl.flatMap((item) => {
    const { place } = writer.putRevision(catalogTableNumber, item);
    if (item.revision.data === void 0) return [];
    const definition = tableOfDocument(item.revision.data);
    return [{ definition, number: place.documentNumber, oldId: definition.tableId }];
  });
  return applyDefinitions(writer, before, changes);
}
function applyDefinitions(writer, before, changes) {
  const tables = new Map(before.tables);
  const indexNumbers = new Map(before.indexNumbers);
  for (const { definition, number, oldId } of changes) {
    const old = before.tables.get(oldId);
    const table = { ...definition, number, committed: definition };
    if (oldId !== definition.tableId) tables.delete(oldId);
    tables.set(definition.tableId, table);
    if (old?.status !== table.status) writer.writeSet.names.push(table.name);
    for (const index of old?.indexes ?? []) {
      if (!hasIndex(table.indexes, index)) dropIndex(writer, indexNumbers, index);
    }
    for (const index of table.indexes) {
      if (!hasIndex(old?.indexes ?? [], index)) createIndex(writer, indexNumbers, index, number);
    }
  }
  const inOrder = new Map([...tables].sort(([, left], [, right]) => (left.number ?? 0) - (right.number ?? 0)));
  return new CatalogState(writer.block.blockAddress.sequenceNo, inOrder, indexNumbers);
}
function hasIndex(indexes, index) {
  return indexes.some((candidate) => candidate.indexId === index.indexId);
}
function createIndex(writer, indexNumbers, index, tableNumber) {
  const indexNumber = writer.nextIndexNumber;
  writer.nextIndexNumber += 1;
  indexNumbers.set(index.indexId, indexNumber);
  const bytes = Buffer.allocUnsafeSlow(4);
  bytes.writeUInt32BE(indexNumber);
  writer.transaction.put(indexNumberKey(index.indexId), bytes);
  let from = 0;
  for (; ; ) {
    const entries = indexBatch(writer, index.field, tableNumber, from);
    for (const { indexKey, documentNumber } of entries.found)
      writer.putIndexEntry(indexNumber, indexKey, documentNumber);
    if (entries.next === void 0) return;
    writer.checkCancelled();
    from = entries.next;
  }
}
function indexBatch(writer, field, tableNumber, from) {
  const found = [];
  let seen = 0;
  for (const [key2, value] of writer.transaction.range(documentRange(tableNumber, from))) {
    const documentNumber = documentNumberOfKey(key2);
    if (seen === indexBuildBatchDocuments) return { found, next: documentNumber };
    seen += 1;
    const indexKey = indexedKey(dataOf(decodeDocumentRecord(value), writer.symbols), field);
    if (indexKey !== void 0) found.push({ indexKey, documentNumber });
  }
  return { found, next: void 0 };
}
function dropIndex(writer, indexNumbers, index) {
  writer.writeSet.droppedIndexes.push(index.indexId);
  const indexNumber = indexNumbers.get(index.indexId);
  indexNumbers.delete(index.indexId);
  writer.transaction.remove(indexNumberKey(index.indexId));
  removeRange(writer.transaction, indexRange(indexNumber));
}

// ../../hashprof/work/src/ledger/import-catalog.ts
import { createHash as createHash2 } from "node:crypto";
function applyForeignCatalog(writer, before) {
  const tables = new ForeignTables(before, writer.block);
  const info = writer.block.transactionInfo;
  for (const [number, { statement }] of (info?.statements ?? []).entries()) tables.run(statement, number);
  for (const { tableId, tableName } of info?.documents?.values() ?? []) tables.meet(tableId, tableName);
  return tables.apply(writer, before);
}
function meetTables(writer, before) {
  const tables = new ForeignTables(before, writer.block);
  for (const { tableId, tableName } of writer.block.transactionInfo?.documents?.values() ?? [])
    if (tableId !== catalogTableId) tables.meet(tableId, tableName);
  return tables.apply(writer, before);
}
var definitionStatement = /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:create|drop|undrop)\b/i;
var headCharactersMax = 1e4;
var ForeignTables = class {
  #block;
  /** In the order of their creation. */
  #tables;
  constructor(before, block) {
    this.#block = block;
    this.#tables = [...before.tables.values()].map(({ tableId, name, status, indexes, number }) => ({
      definition: { tableId, name, status, indexes },
      old: { id: tableId, number },
      isChanged: false
    }));
  }
  run(text2, number) {
    if (!definitionStatement.test(text2.slice(0, headCharactersMax))) return;
    const statement = parsed(text2);
    switch (statement?.kind) {
      case "create-table":
        if (this.#active(statement.name.text) === void 0) this.#create(this.#madeUpId(number), statement.name.text);
        break;
      case "drop-table":
        this.#change(this.#active(statement.name.text), { status: "INACTIVE" });
        break;
      case "undrop-table":
        this.#undrop(statement.tableId.text);
        break;
      case "create-index":
        this.#createIndex(statement, number);
        break;
      case "drop-index":
        this.#dropIndex(statement.table.text, statement.indexId.text);
        break;
    }
  }
  /** A table was written to: it is there, with this id and name. */
  meet(tableId, name) {
    if (tableId === catalogTableId)
      throw new LedgerError("journal/malformed", `the table '${name}' has the id of this program's catalog`);
    if (this.#find(tableId) !== void 0) return;
    const nameless = this.#tables.filter(({ definition }) => definition.name === name && isMadeUpId(definition.tableId));
    const table = nameless.find(({ definition }) => definition.status === "ACTIVE") ?? nameless.at(-1);
    if (table !== void 0) {
      this.#change(table, { tableId });
      return;
    }
    this.#change(this.#active(name), { status: "INACTIVE" });
    this.#create(tableId, name);
  }
  apply(writer, before) {
    const changes = [];
    for (const { definition, old, isChanged } of this.#tables) {
      if (!isChanged) continue;
      const number = writer.putDerivedTable(definition, old?.id, old?.number);
      changes.push({ definition, number, oldId: old?.id ?? definition.tableId });
    }
    return changes.length === 0 ? before : applyDefinitions(writer, before, changes);
  }
  #create(tableId, name) {
    this.#tables.push({ definition: { tableId, name, status: "ACTIVE", indexes: [] }, old: void 0, isChanged: true });
  }
  #undrop(tableId) {
    const nameless = this.#tables.filter(
      ({ definition }) => definition.status === "INACTIVE" && isMadeUpId(definition.tableId)
    );
    const table = this.#find(tableId) ?? (nameless.length === 1 ? nameless[0] : void 0);
    this.#change(table, { tableId, status: "ACTIVE" });
  }
  #createIndex({ table, paths }, number) {
    const target = this.#active(table.text);
    const field = paths[0]?.[0]?.text;
    if (target === void 0 || field === void 0 || paths.length > 1 || paths[0]?.length !== 1) return;
    const { indexes } = target.definition;
    if (indexes.some((index) => index.field === field)) return;
    this.#change(target, { indexes: [...indexes, { indexId: this.#madeUpId(number), field }] });
  }
  /** QLDB's ids of indexes are not in the journal: which one went is certain only where there is but one. */
  #dropIndex(tableName, indexId) {
    const target = this.#active(tableName);
    const indexes = target?.definition.indexes ?? [];
    const named = indexes.filter((index) => index.indexId === indexId);
    const gone = named[0] ?? (indexes.length === 1 ? indexes[0] : void 0);
    if (gone !== void 0) this.#change(target, { indexes: indexes.filter((index) => index !== gone) });
  }
  #change(table, change) {
    if (table === void 0) return;
    table.definition = { ...table.definition, ...change };
    table.isChanged = true;
  }
  #find(tableId) {
    return this.#tables.find(({ definition }) => definition.tableId === tableId);
  }
  #active(name) {
    return this.#tables.findLast(({ definition }) => definition.name === name && definition.status === "ACTIVE");
  }
  #madeUpId(statement) {
    const { strandId, sequenceNo } = this.#block.blockAddress;
    return madeUpId(createHash2("sha256").update(`${strandId} ${sequenceNo} ${statement}`).digest());
  }
};
function parsed(text2) {
  try {
    return parseStatement(text2);
  } catch (error) {
    if (error instanceof LedgerError) return void 0;
    throw error;
  }
}

// ../../hashprof/work/src/ledger/redaction.ts
function findRedactable(view2, catalog, blockAddress, tableId, documentId) {
  const sequenceNo = sequenceOf(blockAddress, view2.strandId);
  const table = catalog.tables.get(tableId);
  if (table === void 0) throw new LedgerError("catalog/table-not-found", `no table with the id '${tableId}'`);
  const place = placeOf(view2.reader, documentId);
  const what = `the revision of document '${documentId}' in block ${sequenceNo}`;
  if (place === void 0 || place.tableNumber !== table.number || view2.reader.get(blockKey(sequenceNo)) === void 0)
    throw noRevision(documentId, table.name, sequenceNo);
  const revision = view2.blocks.block(sequenceNo).revisions?.find(({ metadata }) => metadata?.id === documentId);
  if (revision?.metadata === void 0) throw noRevision(documentId, table.name, sequenceNo);
  if (revision.dataHash !== void 0) throw new LedgerError("evaluator/invalid", `${what} is redacted already`);
  if (revision.data === void 0) throw new LedgerError("evaluator/invalid", `${what} is a deletion: it has no data`);
  const { version } = revision.metadata;
  const current = view2.reader.get(documentKey(place.tableNumber, place.documentNumber));
  if (current !== void 0 && decodeDocumentRecord(current).version === version) {
    throw new LedgerError(
      "evaluator/invalid",
      `${what} is the current one; only superseded revisions can be redacted`,
      {
        help: "update or delete the document first"
      }
    );
  }
  return { blockAddress: { strandId: view2.strandId, sequenceNo }, tableId, documentId, version };
}
function sequenceOf(blockAddress, strandId) {
  const [strand, number] = blockAddress.type === "struct" ? [blockAddress.get("strandId"), blockAddress.get("sequenceNo")] : [];
  if (strand?.type !== "string" || number?.type !== "int")
    throw new LedgerError("evaluator/invalid", "a block address is a struct {strandId: string, sequenceNo: int}");
  const sequenceNo = Number(number.value);
  if (strand.value !== strandId || sequenceNo < 0 || !Number.isSafeInteger(sequenceNo))
    throw new LedgerError("evaluator/invalid", `no block ${number.value} of strand '${strand.value}' in this ledger`);
  return sequenceNo;
}
function noRevision(documentId, table, sequenceNo) {
  const text2 = `block ${sequenceNo} has no revision of a document '${documentId}' of table '${table}'`;
  return new LedgerError("evaluator/invalid", text2);
}
function applyRedactions(transaction, block, firstSequenceNo = 0) {
  const all = block.redactionInfo?.revisions ?? [];
  const redacted = all.filter(({ blockAddress }) => blockAddress.sequenceNo >= firstSequenceNo);
  for (const { blockAddress, documentId, version } of redacted) {
    const { sequenceNo } = blockAddress;
    const old = readBlock(transaction, sequenceNo);
    const position2 = old.revisions?.findIndex(({ metadata }) => metadata?.id === documentId) ?? -1;
    transaction.put(blockKey(sequenceNo), encodeBlock(redactBlock(old, position2)));
    transaction.remove(writeSetKey(sequenceNo));
    const place = placeOf(transaction, documentId);
    assert(place !== void 0, `the redacted document '${documentId}' has a place`);
    const next = transaction.get(revisionKey(place.tableNumber, place.documentNumber, version + 1));
    assert(next !== void 0, "a redacted revision was superseded");
    transaction.remove(writeSetKey(decodeRevisionRecord(next).sequenceNo));
  }
  return redacted;
}
function placeOf(reader, documentId) {
  const bytes = isId(documentId) ? reader.get(documentIdKey(documentId)) : void 0;
  return bytes === void 0 ? void 0 : decodePlace(bytes);
}

// ../../hashprof/work/src/ledger/apply-block.ts
function applyBlock(transaction, block, before, isCancelled) {
  assert(block.blockAddress.sequenceNo === before.state.tip + 1, "blocks are applied in their order");
  const writer = new BlockWriter(transaction, block, before, isCancelled);
  return writer.apply();
}
var BlockWriter = class {
  transaction;
  block;
  symbols;
  nextIndexNumber;
  writeSet = {
    documents: {},
    indexKeys: {},
    names: [],
    droppedIndexes: []
  };
  #before;
  #counters = /* @__PURE__ */ new Map();
  #isCancelled;
  constructor(transaction, block, before, isCancelled) {
    this.transaction = transaction;
    this.block = block;
    this.#isCancelled = isCancelled;
    this.symbols = before.symbols;
    this.nextIndexNumber = before.state.nextIndexNumber;
    this.#before = before;
  }
  apply() {
    const { origin } = this.#before;
    const isForeign = origin !== void 0 && !coversHead(this.block);
    const catalog = isForeign ? this.#applyForeign() : this.#applyOwn();
    for (const [tableNumber, next] of this.#counters)
      this.transaction.put(documentCounterKey(tableNumber), encodeNumber(next));
    putNewSymbols(this.transaction, this.symbols, this.#before.state.symbolsEnd);
    this.#putWriteSet();
    const { sequenceNo } = this.block.blockAddress;
    if ((origin?.firstSequenceNo ?? 0) === 0)
      appendLeaf(growingTreeNodes(this.transaction), sequenceNo, this.block.blockHash);
    const state2 = {
      tip: sequenceNo,
      tipHash: this.block.blockHash,
      tipMs: Math.max(this.#before.state.tipMs, msOf(this.block.blockTimestamp)),
      catalogVersion: catalog.version,
      symbolsEnd: this.symbols.texts.length,
      nextIndexNumber: this.nextIndexNumber
    };
    this.transaction.put(stateKey, encodeState(state2));
    return { state: state2, catalog, symbols: this.symbols, origin };
  }
  #applyOwn() {
    const { catalog: before, origin } = this.#before;
    const placed2 = placedRevisions(this.block);
    const ddl = placed2.filter((item) => item.tableId === catalogTableId);
    const defined = ddl.length === 0 ? before : applyCatalogRevisions(this, before, ddl);
    const catalog = origin === void 0 ? defined : meetTables(this, defined);
    for (const item of placed2) if (item.tableId !== catalogTableId) this.#applyRevision(item, catalog);
    for (const { tableId, documentId } of applyRedactions(this.transaction, this.block, origin?.firstSequenceNo))
      this.#noteChange(tableId, documentId);
    return catalog;
  }
  /** The data of redacted revisions is left to the export: it is there or not, and the block is kept as it came. */
  #applyForeign() {
    const catalog = applyForeignCatalog(this, this.#before.catalog);
    for (const item of placedForeignRevisions(this.transaction, this.block, catalog)) this.#applyRevision(item, catalog);
    return catalog;
  }
  /** Puts a table's document that no revision stands for. */
  putDerivedTable(definition, oldId, oldNumber) {
    const documentNumber = oldNumber ?? this.#nextDocumentNumber(catalogTableNumber);
    const { tableId } = definition;
    if (oldId !== void 0 && oldId !== tableId) this.transaction.remove(documentIdKey(oldId));
    this.transaction.put(documentIdKey(tableId), encodePlace({ tableNumber: catalogTableNumber, documentNumber }));
    const data = encodeRaw(documentOfTable(definition), this.symbols);
    const record = encodeDocumentRecord({ documentId: tableId, version: derivedVersion, data });
    this.transaction.put(documentKey(catalogTableNumber, documentNumber), record);
    this.#noteChange(catalogTableId, tableId);
    return documentNumber;
  }
  /** To be called now and then in long work: nothing of a block that was given up is kept. */
  checkCancelled() {
    if (this.#isCancelled?.() === true) throw new LedgerError("cancelled/by-user", "the commit was stopped");
  }
  /** Puts a revision's records and makes it the current one; returns its place and the data that it replaces. */
  putRevision(tableNumber, item) {
    const { metadata, data, hash: hash3 } = item.revision;
    assert(metadata !== void 0, "only revisions with metadata are placed");
    const { place, replaced } = this.#placeOf(tableNumber, metadata);
    const { documentNumber } = place;
    const record = {
      sequenceNo: this.block.blockAddress.sequenceNo,
      position: item.position,
      txTimeMs: msOf(metadata.txTime),
      deleted: isDeletion(item.revision),
      isExactTime: isExact(metadata.txTime),
      txId: metadata.txId,
      hash: hash3
    };
    this.transaction.put(revisionKey(tableNumber, documentNumber, metadata.version), encodeRevisionRecord(record));
    if (data === void 0) this.transaction.remove(documentKey(tableNumber, documentNumber));
    else {
      const bytes = encodeRaw(data, this.symbols);
      const document = encodeDocumentRecord({ documentId: metadata.id, version: metadata.version, data: bytes });
      this.transaction.put(documentKey(tableNumber, documentNumber), document);
    }
    this.#noteChange(item.tableId, metadata.id);
    return { place, replaced };
  }
  #noteChange(tableId, documentId) {
    const changed2 = this.writeSet.documents[tableId] ?? [];
    this.writeSet.documents[tableId] = changed2;
    changed2.push(documentId);
  }
  #applyRevision(item, catalog) {
    const table = catalog.tables.get(item.tableId);
    assert(table?.number !== void 0, `the catalog knows the table '${item.tableId}' of a revision`);
    const { place, replaced } = this.putRevision(table.number, item);
    for (const index of table.indexes) this.#updateIndex(table, catalog, index, place, replaced, item.revision.data);
  }
  #updateIndex(table, catalog, index, place, replaced, data) {
    const indexNumber = catalog.indexNumbers.get(index.indexId);
    assert(indexNumber !== void 0, `the index '${index.indexId}' of table '${table.name}' has a number`);
    const before = indexedKey(replaced, index.field);
    const after = indexedKey(data, index.field);
    const keys = this.writeSet.indexKeys[index.indexId] ?? /* @__PURE__ */ new Set();
    this.writeSet.indexKeys[index.indexId] = keys;
    if (before !== void 0) keys.add(toBase64(before));
    if (after !== void 0) keys.add(toBase64(after));
    if (before !== void 0 && after !== void 0 && Buffer.compare(before, after) === 0) return;
    if (before !== void 0) this.transaction.remove(indexEntryKey(indexNumber, before, place.documentNumber));
    if (after !== void 0) this.putIndexEntry(indexNumber, after, place.documentNumber);
  }
  putIndexEntry(indexNumber, indexKey, documentNumber) {
    this.transaction.put(indexEntryKey(indexNumber, indexKey, documentNumber), noBytes);
  }
  #placeOf(tableNumber, metadata) {
    const { id: documentId, version } = metadata;
    const isStrict = this.#before.origin === void 0;
    const bytes = this.transaction.get(documentIdKey(documentId));
    if (bytes !== void 0) {
      assert(version > 0 || !isStrict, `no document has the id of the new document '${documentId}'`);
      const place2 = decodePlace(bytes);
      assert(place2.tableNumber === tableNumber, `document '${documentId}' stays in its table`);
      const current = this.transaction.get(documentKey(place2.tableNumber, place2.documentNumber));
      return { place: place2, replaced: current && dataOf(decodeDocumentRecord(current), this.symbols) };
    }
    assert(version === 0 || !isStrict, `version ${version} of document '${documentId}' follows another`);
    const place = { tableNumber, documentNumber: this.#nextDocumentNumber(tableNumber) };
    this.transaction.put(documentIdKey(documentId), encodePlace(place));
    return { place, replaced: void 0 };
  }
  #nextDocumentNumber(tableNumber) {
    let next = this.#counters.get(tableNumber);
    if (next === void 0) {
      const bytes = this.transaction.get(documentCounterKey(tableNumber));
      next = bytes === void 0 ? catalogTableNumber + 1 : decodeNumber(bytes);
    }
    this.#counters.set(tableNumber, next + 1);
    return next;
  }
  #putWriteSet() {
    const { sequenceNo } = this.block.blockAddress;
    const { documents, names: names2, droppedIndexes } = this.writeSet;
    const indexKeys = {};
    for (const [indexId, keys] of Object.entries(this.writeSet.indexKeys)) indexKeys[indexId] = [...keys];
    const { transactionId } = this.block;
    const bytes = encodeWriteSet({ transactionId, documents, indexKeys, names: names2, droppedIndexes });
    this.transaction.put(writeSetKey(sequenceNo), bytes);
    if (sequenceNo >= writeSetBlocksMax) this.transaction.remove(writeSetKey(sequenceNo - writeSetBlocksMax));
  }
};
var noBytes = new Uint8Array(0);
function placedRevisions(block) {
  const placed2 = [];
  for (const [position2, revision] of (block.revisions ?? []).entries()) {
    if (revision.metadata === void 0) continue;
    const document = block.transactionInfo?.documents?.get(revision.metadata.id);
    assert(document !== void 0, `transactionInfo names the table of document '${revision.metadata.id}'`);
    placed2.push({ tableId: document.tableId, position: position2, revision });
  }
  return placed2;
}
function placedForeignRevisions(reader, block, catalog) {
  const placed2 = [];
  const documents = block.transactionInfo?.documents;
  for (const [position2, revision] of (block.revisions ?? []).entries()) {
    const id = revision.metadata?.id;
    if (id === void 0) continue;
    const tableId = documents?.get(id)?.tableId ?? tableOfPlace(reader.get(documentIdKey(id)), catalog);
    if (tableId !== void 0) placed2.push({ tableId, position: position2, revision });
    else throw new LedgerError("journal/malformed", `nothing says which table document '${id}' belongs to`);
  }
  return placed2;
}
function tableOfPlace(place, catalog) {
  const number = place && decodePlace(place).tableNumber;
  for (const table of catalog.tables.values()) if (table.number === number) return table.tableId;
  return void 0;
}
function isExact(time2) {
  return time2.precision === "second" && time2.fractionDigits === 3 && time2.offset === 0;
}
function isDeletion(revision) {
  return revision.data === void 0 && revision.dataHash === void 0;
}
function msOf(timestamp2) {
  const { seconds, fraction, fractionDigits: fractionDigits2 } = instantOf(timestamp2);
  const surplus = fractionDigits2 - 3;
  return seconds * 1e3 + Number(surplus > 0 ? fraction / 10n ** BigInt(surplus) : fraction * 10n ** BigInt(-surplus));
}

// ../../hashprof/work/src/ledger/rebuild.ts
async function applyMissingBlocks(store2, onBatch = () => void 0) {
  const snapshot = store2.snapshot();
  const isCurrent = (readState(snapshot)?.tip ?? -1) === lastBlock(snapshot);
  snapshot.release();
  if (isCurrent) return;
  for (; ; ) {
    const { done, isLast } = await store2.write(
      (transaction) => applyBatch(transaction, readIdentity(transaction)?.origin)
    );
    if (isLast) return;
    await onBatch(done);
  }
}
function applyBatch(transaction, origin) {
  let derived = derivedOf(transaction, origin);
  const last = lastBlock(transaction);
  const end = Math.min(last, derived.state.tip + rebuildBatchBlocksMax);
  for (let sequenceNo = derived.state.tip + 1; sequenceNo <= end; sequenceNo += 1)
    derived = applyBlock(transaction, readBlock(transaction, sequenceNo), derived);
  return { done: end + 1, isLast: end >= last };
}
function derivedOf(transaction, origin) {
  const stored = readState(transaction);
  const state2 = stored ?? { ...emptyState, tip: (origin?.firstSequenceNo ?? 0) - 1 };
  const symbols = new LedgerSymbols().forWrite(transaction, state2.symbolsEnd);
  const catalog = stored === void 0 ? new CatalogState(0, /* @__PURE__ */ new Map(), /* @__PURE__ */ new Map()) : loadCatalog(transaction, state2.catalogVersion, symbols);
  return { state: state2, catalog, symbols, origin };
}
var emptyState = {
  tip: -1,
  tipHash: new Uint8Array(0),
  tipMs: 0,
  catalogVersion: 0,
  symbolsEnd: firstLocalSymbol,
  nextIndexNumber: 0
};
function lastBlock(reader) {
  for (const [key2] of reader.range({ ...blocksRange, reverse: true })) return sequenceOfBlockKey(key2);
  assert(false, "a ledger has its block 0");
}

// ../../hashprof/work/src/exec/edit-document.ts
var removedMark = symbol("removed", ["$qldb_removed"]);
function changeAt(value, path, change) {
  const [step, ...rest] = path;
  if (step === void 0) return changeHere(value, change);
  if (step.kind === "field" && value.type === "struct") return changeField(value, step, rest, change);
  if (step.kind === "index" && (value.type === "list" || value.type === "sexp")) {
    const element = value.items[step.index];
    if (element === void 0) return unreachablePath(value, path, change);
    const isRemoval = rest.length === 0 && change.kind === "remove";
    return withItem(value, step.index, isRemoval ? removedMark : changeAt(element, rest, change));
  }
  return unreachablePath(value, path, change);
}
function changeField(value, step, rest, change) {
  const { names: names2, values } = value;
  let position2 = names2.indexOf(step.name);
  if (position2 === -1 && !step.exact) {
    const lower = step.name.toLowerCase();
    position2 = names2.findIndex((name) => name.toLowerCase() === lower);
  }
  if (rest.length === 0 && (change.kind === "remove" || change.kind === "set" && change.value.type === "missing")) {
    if (position2 === -1) return value;
    const keep = (_, at) => at !== position2;
    return struct(names2.filter(keep), values.filter(keep), value.annotations);
  }
  if (position2 === -1) {
    if (rest.length > 0 || change.kind !== "set") return unreachablePath(value, [step, ...rest], change);
    return struct([...names2, step.name], [...values, change.value], value.annotations);
  }
  const changed2 = values.slice();
  changed2[position2] = changeAt(values[position2], rest, change);
  return struct(names2, changed2, value.annotations);
}
function changeHere(value, change) {
  switch (change.kind) {
    case "set":
      return change.value;
    case "remove":
      return removedMark;
    case "append":
      if (value.type === "list") return list([...value.items, change.value], value.annotations);
      if (value.type === "sexp") return sexp([...value.items, change.value], value.annotations);
      throw new LedgerError("evaluator/type-mismatch", `INSERT INTO takes the path of a list, not of ${value.type}`, {
        help: "name the field to add to a struct with AT"
      });
    case "insert":
      return insertAt(value, change.at, change.value);
  }
}
function insertAt(value, at, inserted) {
  if (value.type === "struct" && (at.type === "string" || at.type === "symbol")) {
    return changeAt(value, [{ kind: "field", name: at.value, exact: true }], { kind: "set", value: inserted });
  }
  if ((value.type === "list" || value.type === "sexp") && at.type === "int") {
    const index = Number(at.value);
    if (index < 0 || index >= value.items.length) throw noSuchPath([{ kind: "index", index }]);
    return withItems(value, [...value.items.slice(0, index), inserted, ...value.items.slice(index)]);
  }
  throw new LedgerError("evaluator/type-mismatch", `INSERT \u2026 AT ${at.type} does not fit a value of type ${value.type}`);
}
function withItem(value, index, item) {
  const items = value.items.slice();
  items[index] = item;
  return withItems(value, items);
}
function withItems(value, items) {
  return value.type === "list" ? list(items, value.annotations) : sexp(items, value.annotations);
}
function unreachablePath(value, path, change) {
  if (change.kind === "remove") return value;
  throw noSuchPath(path);
}
function noSuchPath(path) {
  const parts2 = path.map((step) => step.kind === "index" ? `Index(index=${step.index})` : `Field(name=${step.name})`);
  const message = `Document path cannot be resolved: the remaining path was not found: DocumentPath(path=[${parts2.join(", ")}])`;
  return new LedgerError("evaluator/no-such-path", message);
}
function withoutMarks(value) {
  if (value === removedMark) return void 0;
  if (value.type === "struct") {
    const values = value.values.map((field) => withoutMarks(field));
    return values.every((field, at) => field === value.values[at]) ? value : struct(value.names, values, value.annotations);
  }
  if (value.type !== "list" && value.type !== "sexp") return value;
  const items = value.items.map(withoutMarks);
  if (items.every((item, at) => item === value.items[at])) return value;
  return withItems(
    value,
    items.filter((item) => item !== void 0)
  );
}

// ../../hashprof/work/src/exec/dml.ts
function sinkOf(frame, span2) {
  const { sink } = frame.context;
  if (sink !== void 0) return sink;
  throw new LedgerError("evaluator/invalid", "only queries are allowed here", { span: span2 });
}
function compileInsert(plan, compiler) {
  const evaluate = compileExpression(plan.value, compiler);
  const returning = compileReturning(plan.returning, compiler);
  return (frame) => {
    const value = evaluate(frame);
    const isMany = plan.form === "many" && (value.type === "bag" || value.type === "list");
    const documents = isMany ? value.items : [value];
    const sink = sinkOf(frame, plan.span);
    return documents.flatMap((document) => {
      const documentId = placed(plan.span, () => sink.insert(plan.table.tableId, document));
      frame.step();
      if (returning === void 0) return [structOf({ documentId: string(documentId) })];
      return returning(frame, void 0, document.type === "struct" ? document : void 0);
    });
  };
}
function compileChange(plan, compiler) {
  const open2 = compileOperator(plan.input, compiler);
  const steps = plan.changes.map((step) => compileStep2(step, compiler));
  const returning = compileReturning(plan.returning, compiler);
  const { tableId } = plan.table;
  return (frame) => {
    const targets = /* @__PURE__ */ new Map();
    forEachRow(open2(frame), () => {
      const id = frame.slots[plan.idSlot];
      const documentId = id?.type === "string" ? id.value : "";
      let target = targets.get(documentId);
      if (target === void 0) {
        target = { documentId, before: frame.slots[plan.documentSlot], changes: [] };
        targets.set(documentId, target);
      }
      for (const step of steps) target.changes.push(...step(frame));
    });
    const sink = sinkOf(frame, plan.span);
    return [...targets.values()].flatMap((target) => {
      const after = changed(target);
      placed(plan.span, () => {
        if (after === void 0) sink.remove(tableId, target.documentId);
        else sink.replace(tableId, target.documentId, after);
      });
      frame.step();
      if (returning === void 0) return [structOf({ documentId: string(target.documentId) })];
      return returning(frame, target.before, after?.type === "struct" ? after : void 0);
    });
  };
}
function changed({ before, changes }) {
  let document = before;
  for (const { path, change, span: span2 } of changes) {
    if (path.length === 0 && change.kind === "remove") return void 0;
    document = placed(span2, () => changeAt(document, path, change));
  }
  const leavesMarks = changes.some(({ path, change }) => change.kind === "remove" && path.at(-1)?.kind === "index");
  return leavesMarks ? withoutMarks(document) : document;
}
function compileStep2(step, compiler) {
  const path = compileTarget(step.path, compiler);
  const { span: span2 } = step;
  if (step.kind === "remove") return (frame) => [{ path: path(frame), change: { kind: "remove" }, span: span2 }];
  const evaluate = compileExpression(step.value, compiler);
  if (step.kind === "set") {
    return (frame) => [{ path: path(frame), change: { kind: "set", value: evaluate(frame) }, span: span2 }];
  }
  const at = step.at && compileExpression(step.at, compiler);
  return (frame) => {
    const value = evaluate(frame);
    const target = path(frame);
    const isMany = step.form === "many" && (value.type === "bag" || value.type === "list");
    const values = isMany ? value.items : [value];
    const position2 = at?.(frame);
    return values.map((one) => {
      const change = position2 === void 0 ? { kind: "append", value: one } : { kind: "insert", at: position2, value: one };
      return { path: target, change, span: span2 };
    });
  };
}
function compileTarget(target, compiler) {
  const parts2 = target.map((step) => {
    if (step.kind === "field") return () => step;
    const index = step.kind === "index" ? compileExpression(step.index, compiler) : (frame) => frame.slots[step.slot];
    return (frame) => stepOf(index(frame), step.kind === "element");
  });
  return (frame) => parts2.map((part) => part(frame)).filter((step) => step !== void 0);
}
function stepOf(index, isElement) {
  if (index.type === "int") return { kind: "index", index: Number(index.value) };
  if (index.type === "string" || index.type === "symbol") return { kind: "field", name: index.value, exact: true };
  if (isElement) return void 0;
  throw new LedgerError("evaluator/type-mismatch", `a path takes an integer or a string in brackets, not ${index.type}`);
}
function compileReturning(items, compiler) {
  if (items === void 0) return void 0;
  const compiled2 = items.map((item) => ({ item, evaluate: item.value && compileExpression(item.value, compiler) }));
  return (frame, before, after) => compiled2.map(({ item, evaluate }) => {
    const isOld = item.which === "all-old" || item.which === "modified-old";
    const document = isOld ? before : after;
    if (document === void 0) return missing;
    const shown = item.which.startsWith("modified") ? modified(document, isOld ? after : before) : document;
    frame.slots[item.slot] = shown;
    return evaluate === void 0 ? shown : evaluate(frame);
  });
}
function modified(document, other) {
  const kept = document.names.flatMap((name, at) => {
    const value = document.values[at];
    const counterpart = other?.get(name);
    return counterpart !== void 0 && equals(value, counterpart) ? [] : [[name, value]];
  });
  return struct(
    kept.map(([name]) => name),
    kept.map(([, value]) => value)
  );
}

// ../../hashprof/work/src/exec/run.ts
var programs = /* @__PURE__ */ new WeakMap();
function* runPlan(plan, context) {
  const program = programOf(plan);
  const frame = new Frame(plan.slots, context);
  if (program.openRows !== void 0) {
    const rows = program.openRows(frame);
    try {
      for (let found = rows.next(); found.done !== true; found = rows.next()) yield found.value;
    } finally {
      rows.return?.();
    }
  } else if (program.execute !== void 0) {
    yield* program.execute(frame);
  } else if (program.evaluate !== void 0) {
    const value = program.evaluate(frame);
    if (value.type === "bag" || value.type === "list") yield* value.items;
    else yield value;
  }
}
function programOf(plan) {
  const known = programs.get(plan);
  if (known !== void 0) return known;
  const program = compilePlan(plan);
  programs.set(plan, program);
  return program;
}
function compilePlan(plan) {
  const compiler = compilerFor(plan);
  let raised = [];
  try {
    const program = compileStatement(plan.statement, compiler);
    if (compiler.errors.isEmpty) return program;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    raised = [error];
  }
  throw compiler.errors.join(...raised);
}
function compileStatement(statement, compiler) {
  const none2 = { openRows: void 0, evaluate: void 0, execute: void 0 };
  if (statement.kind !== "query") return { ...none2, execute: compileExecute(statement, compiler) };
  const { value } = statement;
  if (value.kind !== "query" || value.query.kind !== "select") {
    return { ...none2, evaluate: compileExpression(value, compiler) };
  }
  const { open: open2, ordered } = compileRowSource(value.query, compiler);
  const make = ordered ? list : bag;
  return { ...none2, openRows: open2, evaluate: (frame) => make(collect(open2(frame))) };
}
function compileExecute(statement, compiler) {
  switch (statement.kind) {
    case "insert":
      return compileInsert(statement, compiler);
    case "change":
      return compileChange(statement, compiler);
    case "explain": {
      const rows = statement.lines.map((line) => structOf({ plan: string(line) }));
      return () => rows;
    }
    case "redact": {
      const args = statement.args.map((argument) => compileExpression(argument, compiler));
      return (frame) => {
        const [address, tableId, documentId] = args.map((argument) => argument(frame));
        const sink = sinkOf(frame, statement.span);
        return [placed(statement.span, () => sink.redactRevision(address, textOf4(tableId), textOf4(documentId)))];
      };
    }
    default:
      return compileDefinition(statement);
  }
}
function textOf4(value) {
  if (value.type === "string" || value.type === "symbol") return value.value;
  throw new LedgerError("evaluator/invalid", `REDACT_REVISION takes ids as strings, not ${value.type}`);
}
function compileDefinition(statement) {
  const { span: span2 } = statement;
  const define2 = (frame) => {
    const sink = sinkOf(frame, span2);
    switch (statement.kind) {
      case "create-table":
        return sink.createTable(statement.name);
      case "drop-table":
        return sink.dropTable(statement.name);
      case "undrop-table":
        return sink.undropTable(statement.tableId);
      case "create-index":
        return sink.createIndex(statement.table, statement.field);
      case "drop-index":
        return sink.dropIndex(statement.table, statement.indexId);
    }
  };
  return (frame) => [structOf({ tableId: string(placed(span2, () => define2(frame))) })];
}

// ../../hashprof/work/src/ledger/read-set.ts
var conflictMessage = "Optimistic concurrency control (OCC) failure encountered while committing the transaction";
var ReadSet = class {
  #names = /* @__PURE__ */ new Set();
  #tables = /* @__PURE__ */ new Map();
  /** Whether nothing but names of tables was read. */
  get hasOnlyNames() {
    return this.#tables.size === 0;
  }
  /** The name was looked up in the catalog, whatever came of it. */
  addName(name) {
    this.#names.add(name);
  }
  addScan(tableId) {
    const reads = this.#readsOf(tableId);
    reads.scanned = true;
    reads.documents.clear();
    reads.probes.clear();
  }
  /** The document was read by its id, whether it exists or not. */
  addDocument(tableId, documentId) {
    const reads = this.#readsOf(tableId);
    if (reads.scanned) return;
    reads.documents.add(documentId);
    if (reads.documents.size > readSetEntriesMax) this.addScan(tableId);
  }
  /** An index was asked for a key. The index itself is thereby read too: without it, no later block lists its keys. */
  addProbe(tableId, indexId, indexKey) {
    const reads = this.#readsOf(tableId);
    if (reads.scanned) return;
    const keys = reads.probes.get(indexId) ?? /* @__PURE__ */ new Set();
    reads.probes.set(indexId, keys);
    const before = keys.size;
    keys.add(toBase64(indexKey));
    reads.probeCount += keys.size - before;
    if (reads.probeCount > readSetEntriesMax) this.addScan(tableId);
  }
  /**
   * Throws LedgerError 'transaction/conflict' when a block's changes touch something read. The message is QLDB's, the
   * help says what was read and who changed it.
   */
  check(writeSet, sequenceNo, catalog) {
    const reason = this.#conflictWith(writeSet, catalog);
    if (reason === void 0) return;
    throw new LedgerError("transaction/conflict", conflictMessage, {
      help: `${reason} was changed by transaction ${writeSet.transactionId} in block ${sequenceNo}; run the transaction again`
    });
  }
  #conflictWith(writeSet, catalog) {
    for (const name of writeSet.names) if (this.#names.has(name)) return `the table name '${name}', which it used,`;
    for (const [tableId, reads] of this.#tables) {
      const table = tableId === catalogTableId ? catalogTableName : catalog.tables.get(tableId)?.name ?? tableId;
      const changed2 = writeSet.documents[tableId];
      if (changed2 !== void 0) {
        if (reads.scanned) return `the table '${table}', which it read as a whole,`;
        for (const documentId of changed2)
          if (reads.documents.has(documentId)) return `the document '${documentId}' of table '${table}', which it read,`;
      }
      for (const [indexId, keys] of reads.probes) {
        const index = catalog.tables.get(tableId)?.indexes.find((candidate) => candidate.indexId === indexId);
        const what = `the index on '${index?.field ?? indexId}' of table '${table}', in which it looked up a value,`;
        if (writeSet.droppedIndexes.includes(indexId)) return what;
        for (const changedKey of writeSet.indexKeys[indexId] ?? []) if (keys.has(changedKey)) return what;
      }
    }
    return void 0;
  }
  #readsOf(tableId) {
    let reads = this.#tables.get(tableId);
    if (reads === void 0) {
      reads = { scanned: false, documents: /* @__PURE__ */ new Set(), probes: /* @__PURE__ */ new Map(), probeCount: 0 };
      this.#tables.set(tableId, reads);
    }
    return reads;
  }
};

// ../../hashprof/work/src/ledger/commit.ts
function commitReads(core, request) {
  const snapshot = core.store.snapshot();
  try {
    checkReads(snapshot, request, stateOf(snapshot));
  } finally {
    snapshot.release();
  }
  return { transactionId: request.transactionId, digest: request.digest, blockAddress: void 0, writeIos: 0 };
}
async function commitChanges(core, request) {
  const revisions = await core.store.write((transaction) => append(core, request, transaction));
  const { transactionId, digest } = request;
  if (revisions === void 0) return { transactionId, digest, blockAddress: void 0, writeIos: 0 };
  const blockAddress = { strandId: core.identity.strandId, sequenceNo: revisions.sequenceNo };
  return { transactionId, digest, blockAddress, writeIos: revisions.count };
}
function append(core, request, transaction) {
  const state2 = stateOf(transaction);
  const sequenceNo = state2.tip + 1;
  checkReads(transaction, request, state2);
  const content = contentOf(core, request, transaction, state2);
  const count = (content.revisions?.length ?? 0) + request.redactions.length;
  if (count === 0 && core.identity.journalReads !== true) return void 0;
  const block = sealBlock(content, { sequenceNo: state2.tip, blockHash: state2.tipHash });
  const symbols = core.symbols.forWrite(transaction, state2.symbolsEnd);
  const catalog = core.catalogs.forWrite(transaction, state2, symbols);
  transaction.put(blockKey(sequenceNo), encodeBlock(block));
  const before = { state: state2, catalog, symbols, origin: core.identity.origin };
  applyBlock(transaction, block, before, request.isCancelled);
  return { sequenceNo, count };
}
function checkReads(reader, request, state2) {
  if (request.readSet.hasOnlyNames && state2.catalogVersion <= request.snapshot.tip) return;
  for (let sequenceNo = request.snapshot.tip + 1; sequenceNo <= state2.tip; sequenceNo += 1) {
    const bytes = reader.get(writeSetKey(sequenceNo));
    if (bytes === void 0) {
      throw new LedgerError("transaction/conflict", conflictMessage, {
        help: `too many blocks since ${request.snapshot.tip}, from which it read, to tell what changed; run the transaction again`
      });
    }
    request.readSet.check(decodeWriteSet(bytes), sequenceNo, request.catalog);
  }
}
function contentOf(core, request, transaction, state2) {
  const time2 = timestampFromMs(Math.max(core.env.nowMs(), state2.tipMs));
  const positions = new Map(request.statements.map((statement, index) => [statement.number, index]));
  const documents = /* @__PURE__ */ new Map();
  const revisions = [];
  for (const [tableId, table] of tablesInOrder(request.overlay)) {
    const tableName = tableId === catalogTableId ? catalogTableName : request.catalog.tables.get(tableId)?.name;
    assert(tableName !== void 0, `the table '${tableId}' that was written to is in the catalog`);
    for (const [documentId, versions] of table.documents) {
      const last = versions.at(-1);
      assert(last !== void 0, "a changed document has a version");
      if (last.isNew && last.value === void 0) continue;
      const version = last.isNew ? 0 : versionAfter(versionOf(transaction, documentId));
      const statements2 = (table.statements.get(documentId) ?? []).map((number) => positions.get(number));
      documents.set(documentId, { tableName, tableId, statements: statements2 });
      revisions.push({
        data: last.value,
        metadata: { id: documentId, version, txTime: time2, txId: request.transactionId }
      });
    }
  }
  const statements = request.statements.map((statement) => ({
    statement: statement.text,
    startTime: timestampFromMs(statement.startMs),
    statementDigest: statement.digest
  }));
  return {
    strandId: core.identity.strandId,
    transactionId: request.transactionId,
    blockTimestamp: time2,
    transactionInfo: { statements, documents: documents.size === 0 ? void 0 : documents },
    ...request.redactions.length === 0 ? {} : { redactionInfo: { revisions: request.redactions } },
    revisions
  };
}
function tablesInOrder(overlay2) {
  const tables = [...overlay2.tables()].map(([tableId, table]) => [tableId, table]);
  return [...tables.filter(([id]) => id === catalogTableId), ...tables.filter(([id]) => id !== catalogTableId)];
}
function versionOf(reader, documentId) {
  const place = reader.get(documentIdKey(documentId));
  assert(place !== void 0, `the changed document '${documentId}' has a place`);
  const { tableNumber, documentNumber } = decodePlace(place);
  const bytes = reader.get(documentKey(tableNumber, documentNumber));
  assert(bytes !== void 0, `the changed document '${documentId}' is there`);
  return decodeDocumentRecord(bytes).version;
}

// ../../hashprof/work/src/ledger/storable.ts
function asDocument(value) {
  if (value.type !== "struct")
    throw new LedgerError("document/not-a-struct", `a document is a struct, found ${nameOf(value)}`);
  const found = findUnstorable(value, 1);
  if (found !== void 0) {
    const place = found.path.join("").replace(/^\./, "");
    throw new LedgerError(
      "document/not-storable",
      `a document can't hold ${nameOf(found.value)}, found at '${place}'`,
      {
        help: remedies[found.value.type]
      }
    );
  }
  return value;
}
var remedies = {
  bag: "store a list: CAST(\u2026 AS list)",
  missing: "store null, or leave the element out",
  date: "store a timestamp: CAST(\u2026 AS timestamp)",
  time: "store a string: CAST(\u2026 AS string)",
  interval: "store a string: CAST(\u2026 AS string)"
};
function findUnstorable(value, depth) {
  switch (value.type) {
    case "struct":
    case "list":
    case "sexp":
      break;
    case "bag":
    case "missing":
    case "date":
    case "time":
    case "interval":
      return { value, path: [] };
    default:
      return void 0;
  }
  if (depth > documentDepthMax)
    throw new LedgerError("ion/nesting-too-deep", `a document nests at most ${documentDepthMax} levels`);
  const children = value.type === "struct" ? value.values : value.items;
  for (let index = 0; index < children.length; index += 1) {
    const found = findUnstorable(children[index], depth + 1);
    if (found === void 0) continue;
    found.path.unshift(value.type === "struct" ? `.${value.names[index]}` : `[${index}]`);
    return found;
  }
  return void 0;
}
function nameOf(value) {
  if (value.type === "missing") return "MISSING";
  return /^[aeiou]/.test(value.type) ? `an ${value.type}` : `a ${value.type}`;
}

// ../../hashprof/work/src/ledger/document-sink.ts
var StatementSink = class {
  #writes;
  #statement;
  #meter;
  #env;
  #quotas;
  constructor(writes, statement, meter, env, quotas) {
    this.#writes = writes;
    this.#statement = statement;
    this.#meter = meter;
    this.#env = env;
    this.#quotas = quotas;
  }
  insert(tableId, document) {
    const documentId = newId(this.#env);
    this.#write(tableId, documentId, asDocument(document), true);
    return documentId;
  }
  replace(tableId, documentId, document) {
    this.#change(tableId, documentId, asDocument(document));
  }
  remove(tableId, documentId) {
    this.#change(tableId, documentId, void 0);
  }
  createTable(name) {
    checkName(name, "table");
    const { catalog, view: view2 } = this.#writes;
    view2.readSet.addName(name);
    if (catalog.activeTable(name) !== void 0) throw tableExists(name);
    this.#checkTableCounts(catalog.tables.size);
    const tableId = newId(this.#env);
    this.#define({ tableId, name, status: "ACTIVE", indexes: [] });
    return tableId;
  }
  dropTable(name) {
    const table = this.#activeTable(name);
    this.#define({ ...definitionOf(table), status: "INACTIVE" });
    return table.tableId;
  }
  undropTable(tableId) {
    const { catalog, view: view2 } = this.#writes;
    const table = catalog.tables.get(tableId);
    if (table === void 0) throw new LedgerError("catalog/table-not-found", `no table with the id '${tableId}'`);
    this.#readDefinition(table);
    if (table.status === "ACTIVE")
      throw new LedgerError("catalog/table-exists", `table '${table.name}' (${tableId}) is not dropped`);
    view2.readSet.addName(table.name);
    if (catalog.activeTable(table.name) !== void 0) throw tableExists(table.name);
    this.#checkTableCounts(0);
    this.#define({ ...definitionOf(table), status: "ACTIVE" });
    return tableId;
  }
  createIndex(tableName, field) {
    const table = this.#activeTable(tableName);
    if (field.length === 0 || field.length > tableNameCharactersMax)
      throw new LedgerError("catalog/invalid-name", `an indexed field has 1 to ${tableNameCharactersMax} characters`);
    if (table.indexes.some((index2) => index2.field === field))
      throw new LedgerError("catalog/index-exists", `table '${tableName}' already has an index on '${field}'`);
    const { tableIndexes } = this.#quotas;
    if (table.indexes.length >= tableIndexes) {
      throw new LedgerError(
        "catalog/limit",
        `Exceeded indexes limit: table '${tableName}' has ${tableIndexes} indexes, and cannot have another`
      );
    }
    const index = { indexId: newId(this.#env), field };
    this.#define({ ...definitionOf(table), indexes: [...table.indexes, index] });
    return table.tableId;
  }
  dropIndex(tableName, indexId) {
    const table = this.#activeTable(tableName);
    const indexes = table.indexes.filter((index) => index.indexId !== indexId);
    if (indexes.length === table.indexes.length) {
      throw new LedgerError("catalog/index-not-found", `table '${tableName}' has no index with the id '${indexId}'`, {
        help: "SELECT * FROM information_schema.user_tables lists the indexes with their ids"
      });
    }
    this.#define({ ...definitionOf(table), indexes });
    return table.tableId;
  }
  redactRevision(blockAddress, tableId, documentId) {
    const { view: view2, catalog, redactions } = this.#writes;
    const { transactionRedactions } = this.#quotas;
    if (redactions.length >= transactionRedactions) {
      const most = transactionRedactions === 1 ? "one revision" : `${transactionRedactions} revisions`;
      throw new LedgerError("transaction/too-large", `a transaction redacts at most ${most}`);
    }
    if (isId(documentId)) view2.readSet.addDocument(tableId, documentId);
    const redacted = findRedactable(view2, catalog, blockAddress, tableId, documentId);
    redactions.push(redacted);
    this.#meter.writeIos += 1;
    return redactedRevisionToIon(redacted);
  }
  /** A table by its name, for DDL: its definition is read and will be written. */
  #activeTable(name) {
    const { catalog, view: view2 } = this.#writes;
    view2.readSet.addName(name);
    const table = catalog.activeTable(name);
    if (table !== void 0) {
      this.#readDefinition(table);
      return table;
    }
    const near = nearName(name, catalog.activeNames());
    const help = near === void 0 ? {} : { help: `did you mean '${near}'?` };
    throw new LedgerError("catalog/table-not-found", `no table named '${name}'`, help);
  }
  /** Also a refusal has read it: that an index is there already, say. */
  #readDefinition(table) {
    if (table.number !== void 0) this.#writes.view.readSet.addDocument(catalogTableId, table.tableId);
  }
  #checkTableCounts(tableCount) {
    const { tables, activeTables } = this.#quotas;
    if (tableCount >= tables) {
      const text2 = `Exceeded tables limit: Ledger has ${tableCount} total tables, and cannot create another`;
      throw new LedgerError("catalog/limit", text2);
    }
    const { activeCount } = this.#writes.catalog;
    if (activeCount >= activeTables) {
      const text2 = `Exceeded tables limit: Ledger has ${activeCount} active tables, and cannot create another`;
      throw new LedgerError("catalog/limit", text2);
    }
  }
  #define(definition) {
    const { catalog, view: view2 } = this.#writes;
    const { overlay: overlay2 } = view2;
    const isNew = catalog.tables.get(definition.tableId)?.number === void 0;
    const write = { statement: this.#statement, value: documentOfTable(definition), bytes: 0, isNew };
    overlay2.write(catalogTableId, definition.tableId, write, this.#writes.oldestReader());
    this.#writes.catalog = catalog.withTable(definition);
    this.#meter.writeIos += 1;
  }
  #change(tableId, documentId, value) {
    const { overlay: overlay2, readSet } = this.#writes.view;
    const isNew = overlay2.table(tableId)?.documents.get(documentId)?.[0]?.isNew === true;
    if (!isNew) readSet.addDocument(tableId, documentId);
    this.#write(tableId, documentId, value, isNew);
  }
  #write(tableId, documentId, value, isNew) {
    if (this.#writes.catalog.tables.get(tableId)?.status !== "ACTIVE")
      throw new BugError(`a statement writes to an active table, not to '${tableId}'`);
    const bytes = value === void 0 ? 0 : encodeIon(value).length;
    const bytesMax = this.#quotas.documentBytes;
    if (bytes > bytesMax)
      throw new LedgerError(
        "document/too-large",
        `the document has ${bytes} bytes as Ion, at most ${bytesMax} are allowed`
      );
    const { overlay: overlay2 } = this.#writes.view;
    overlay2.write(tableId, documentId, { statement: this.#statement, value, bytes, isNew }, this.#writes.oldestReader());
    this.#meter.writeIos += 1;
    this.#meter.tick();
    this.#checkTransactionSize(overlay2);
  }
  #checkTransactionSize({ finalBytes, heldBytes, documentCount }) {
    const { transactionBytes, transactionDocuments } = this.#quotas;
    const bytes = heldBytes > Math.max(transactionBytes, transactionBytesMaxWide) ? heldBytes : finalBytes;
    if (bytes > transactionBytes) {
      const text2 = `the transaction's changes come to ${bytes} bytes, at most ${transactionBytes} are allowed`;
      throw new LedgerError("transaction/too-large", text2);
    }
    if (documentCount > transactionDocuments) {
      const text2 = `the transaction changes ${documentCount} documents, at most ${transactionDocuments} are allowed`;
      throw new LedgerError("transaction/too-large", text2);
    }
  }
};
function definitionOf(table) {
  return { tableId: table.tableId, name: table.name, status: table.status, indexes: table.indexes };
}
function tableExists(name) {
  return new LedgerError("catalog/table-exists", `Table with name: USER.${name} already exists`);
}
function checkName(name, what) {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > tableNameCharactersMax) {
    throw new LedgerError(
      "catalog/invalid-name",
      `'${name}' can't name a ${what}: letters, digits and '_', no digit first, at most ${tableNameCharactersMax}`
    );
  }
  if (name.startsWith("_ql_"))
    throw new LedgerError(
      "catalog/invalid-name",
      `'${name}' can't name a ${what}: names with '_ql_' belong to the system`
    );
}

// ../../hashprof/work/src/ledger/overlay.ts
var Overlay = class {
  #tables = /* @__PURE__ */ new Map();
  /** What the running statement wrote, to take it back if it fails. */
  #written = [];
  #heldBytes = 0;
  #finalBytes = 0;
  #documents = 0;
  /** Ion bytes of all versions held, older ones that an open result may still read included. */
  get heldBytes() {
    return this.#heldBytes;
  }
  /** Ion bytes of the last version of every changed document: what the commit will write. */
  get finalBytes() {
    return this.#finalBytes;
  }
  /** How many documents have been changed. */
  get documentCount() {
    return this.#documents;
  }
  get isEmpty() {
    return this.#documents === 0;
  }
  /** The tables with writes, in the order of their first write. */
  tables() {
    return this.#tables;
  }
  table(tableId) {
    return this.#tables.get(tableId);
  }
  /**
   * Records a write. `value` undefined is a deletion; `bytes` its size; `oldestReader` the least number of a statement
   * whose result is still open: versions that none of them can see are dropped.
   */
  write(tableId, documentId, write, oldestReader) {
    const table = this.#tables.get(tableId) ?? new TableOverlay();
    this.#tables.set(tableId, table);
    let versions = table.documents.get(documentId);
    if (versions === void 0) {
      versions = [];
      table.documents.set(documentId, versions);
      if (write.isNew) table.inserted.push(documentId);
      this.#documents += 1;
    }
    const last = versions.at(-1);
    this.#finalBytes += write.bytes - (last?.bytes ?? 0);
    this.#heldBytes += write.bytes;
    if (last?.statement === write.statement) {
      this.#heldBytes -= last.bytes;
      versions.pop();
    } else {
      this.#heldBytes -= dropUnseen(versions, oldestReader);
      this.#written.push({ table, documentId });
      table.noteStatement(documentId, write.statement);
    }
    versions.push(write);
    table.addToIndexes(documentId, write.value);
  }
  /** The statement has succeeded: its writes stay. */
  keepStatement() {
    this.#written = [];
  }
  /** The statement has failed: its writes go, and nothing else. */
  undoStatement() {
    for (const { table, documentId } of this.#written.reverse()) {
      const versions = table.documents.get(documentId);
      const undone = versions.pop();
      table.statements.get(documentId)?.pop();
      this.#heldBytes -= undone.bytes;
      this.#finalBytes += (versions.at(-1)?.bytes ?? 0) - undone.bytes;
      if (versions.length > 0) continue;
      table.documents.delete(documentId);
      table.statements.delete(documentId);
      if (undone.isNew) table.inserted.pop();
      this.#documents -= 1;
    }
    for (const [tableId, table] of this.#tables) if (table.documents.size === 0) this.#tables.delete(tableId);
    this.#written = [];
  }
};
var TableOverlay = class {
  documents = /* @__PURE__ */ new Map();
  /** Documents that the transaction inserted, in order. */
  inserted = [];
  /** The numbers of the statements that changed each document, ascending. */
  statements = /* @__PURE__ */ new Map();
  /** Field → equality key → documents of which some version has or had it. Made when first asked for. */
  #indexes = /* @__PURE__ */ new Map();
  /** Documents of which some version has `key` in that field; the caller looks again. */
  findByField(field, key2) {
    let index = this.#indexes.get(field);
    if (index === void 0) {
      index = /* @__PURE__ */ new Map();
      this.#indexes.set(field, index);
      for (const [documentId, versions] of this.documents)
        for (const version of versions) addToIndex(index, field, documentId, version.value);
    }
    return index.get(equalityKey(key2)) ?? [];
  }
  addToIndexes(documentId, value) {
    for (const [field, index] of this.#indexes) addToIndex(index, field, documentId, value);
  }
  noteStatement(documentId, statement) {
    const numbers = this.statements.get(documentId);
    if (numbers === void 0) this.statements.set(documentId, [statement]);
    else numbers.push(statement);
  }
  /** The newest write of a statement before `statement`; undefined when there is none. */
  find(documentId, statement) {
    const versions = this.documents.get(documentId);
    if (versions === void 0) return void 0;
    for (let index = versions.length - 1; index >= 0; index -= 1) {
      const version = versions[index];
      if (version.statement < statement) return version;
    }
    return void 0;
  }
};
function addToIndex(index, field, documentId, value) {
  const fieldValue = value?.get(field);
  if (fieldValue === void 0 || isAbsent(fieldValue)) return;
  const key2 = equalityKey(fieldValue);
  const documents = index.get(key2);
  if (documents === void 0) index.set(key2, /* @__PURE__ */ new Set([documentId]));
  else documents.add(documentId);
}
function dropUnseen(versions, oldestReader) {
  let seen = versions.length - 1;
  while (seen > 0 && versions[seen].statement >= oldestReader) seen -= 1;
  if (seen <= 0) return 0;
  let bytes = 0;
  for (const dropped of versions.splice(0, seen)) bytes += dropped.bytes;
  return bytes;
}

// ../../hashprof/work/src/ledger/statement-meter.ts
var StatementMeter = class {
  readIos = 0;
  writeIos = 0;
  #ticks = 0;
  #isCancelled;
  constructor(isCancelled) {
    this.#isCancelled = isCancelled;
  }
  tick() {
    this.#ticks += 1;
    if (this.#ticks % ticksBetweenChecks !== 0 || this.#isCancelled?.() !== true) return;
    throw new LedgerError("cancelled/by-user", "the statement was cancelled");
  }
};

// ../../hashprof/work/src/ledger/transaction.ts
var LedgerTransaction = class {
  id;
  #core;
  #startedMs;
  #isOver = false;
  /** The driver's fold over the id and every statement sent, failed ones too (reference qldb-semantics, section 2). */
  #digest;
  #view;
  #overlay = new Overlay();
  #readSet = new ReadSet();
  #redactions = [];
  #statements = [];
  /** Numbers of the statements whose results may still be pulled. */
  #openResults = /* @__PURE__ */ new Set();
  constructor(core) {
    this.#core = core;
    this.id = newId(core.env);
    this.#startedMs = core.env.monotonicMs();
    this.#digest = ionHashOfString(this.id);
  }
  /** Milliseconds since it began. */
  ageMs() {
    return this.#core.env.monotonicMs() - this.#startedMs;
  }
  /**
   * Runs a statement: a query's rows are computed as they are pulled, a change is made at once. A statement that fails
   * leaves nothing behind, and the transaction usable. Throws LedgerError.
   */
  execute(text2, parameters) {
    this.#checkOpen();
    const digest = statementDigest(text2, parameters);
    this.#digest = joinHashes(this.#digest, digest);
    this.#checkLength(text2);
    const view2 = this.#openView();
    const record = { text: text2, startMs: this.#core.env.nowMs(), digest, failed: false };
    const number = this.#statements.push(record) - 1;
    const meter = new StatementMeter(this.#core.options.isCancelled);
    try {
      const plan = this.#core.prepared.plan(text2, view2.catalog, (name) => this.#readSet.addName(name));
      const isQuery2 = plan.statement.kind === "query" || plan.statement.kind === "explain";
      if (!isQuery2) return { rows: this.#change(plan, parameters, number, meter), meter };
      this.#openResults.add(number);
      return { rows: this.#query(plan, parameters, number, meter), meter };
    } catch (error) {
      record.failed = true;
      throw error;
    }
  }
  /**
   * Validates what was read and makes what was written durable, in one block. Throws LedgerError 'transaction/conflict'
   * when another transaction was first, 'transaction/digest-mismatch' when `digest` is not the fold over what was sent,
   * and the store's errors; the transaction is over in every case.
   */
  async commit(digest, isCancelled) {
    this.#checkOpen();
    this.#isOver = true;
    const view2 = this.#view;
    try {
      if (!equalBytes(digest, this.#digest)) throw new LedgerError("transaction/digest-mismatch", "Digests don't match");
      if (view2 === void 0) return { transactionId: this.id, digest, blockAddress: void 0, writeIos: 0 };
      const request = {
        transactionId: this.id,
        digest,
        snapshot: view2.state,
        catalog: view2.catalog,
        readSet: this.#readSet,
        overlay: this.#overlay,
        redactions: this.#redactions,
        statements: this.#finishedStatements(),
        isCancelled
      };
      const hasChanges = !this.#overlay.isEmpty || this.#redactions.length > 0;
      return hasChanges || this.#core.identity.journalReads === true ? await commitChanges(this.#core, request) : commitReads(this.#core, request);
    } finally {
      this.#release();
    }
  }
  /** Forgets everything; does nothing when it is over already. */
  abort() {
    this.#isOver = true;
    this.#release();
  }
  #query(plan, parameters, number, meter) {
    const rows = runPlan(plan, this.#context(parameters, number, meter, void 0));
    return this.#whileOpen(rows, number);
  }
  *#whileOpen(rows, number) {
    try {
      this.#checkOpen();
      for (const row of rows) {
        yield row;
        this.#checkOpen();
      }
    } catch (error) {
      ;
      this.#statements[number].failed = true;
      throw error;
    } finally {
      this.#openResults.delete(number);
    }
  }
  #change(plan, parameters, number, meter) {
    const { env, quotas, identity } = this.#core;
    if (identity.origin?.isReadOnly === true) {
      throw new LedgerError("ledger/read-only", `the ledger '${identity.name}' was imported and is read-only`, {
        help: "'qldb import --writable' with the same files lets it be written to"
      });
    }
    const view2 = this.#openView();
    const writes = {
      view: { ...view2, ...this.#shared() },
      redactions: this.#redactions,
      catalog: view2.catalog,
      // A set keeps the order of insertion: the first is the least.
      oldestReader: () => this.#openResults.values().next().value ?? number
    };
    const redactionsBefore = this.#redactions.length;
    const sink = new StatementSink(writes, number, meter, env, quotas);
    try {
      const rows = [...runPlan(plan, this.#context(parameters, number, meter, sink))];
      this.#overlay.keepStatement();
      view2.catalog = writes.catalog;
      return rows.values();
    } catch (error) {
      this.#overlay.undoStatement();
      this.#redactions.splice(redactionsBefore);
      throw error;
    }
  }
  #context(parameters, number, meter, sink) {
    const { env, options } = this.#core;
    const view2 = this.#openView();
    const nowMs = env.nowMs();
    return {
      source: new StatementSource({ ...view2, ...this.#shared() }, view2.catalog, number, meter, nowMs),
      sink,
      parameters,
      typing: options.typing ?? "permissive",
      transactionId: this.id,
      nowMs,
      meter
    };
  }
  #shared() {
    return { overlay: this.#overlay, readSet: this.#readSet, strandId: this.#core.identity.strandId };
  }
  #openView() {
    if (this.#view !== void 0) return this.#view;
    const snapshot = this.#core.store.snapshot();
    try {
      const state2 = stateOf(snapshot);
      const symbols = this.#core.symbols.forSnapshot(snapshot, state2.symbolsEnd);
      const catalog = this.#core.catalogs.forSnapshot(snapshot, state2, symbols);
      this.#view = { snapshot, reader: snapshot, state: state2, symbols, catalog, blocks: new BlockCache(snapshot) };
      return this.#view;
    } catch (error) {
      snapshot.release();
      throw error;
    }
  }
  #finishedStatements() {
    return this.#statements.map((record, number) => ({ ...record, number })).filter((record) => !record.failed);
  }
  #checkLength(text2) {
    const charactersMax = this.#core.quotas.statementCharacters;
    if (text2.length <= charactersMax) return;
    const found = `the statement has ${text2.length} characters`;
    throw new LedgerError("statement/too-large", `${found}, at most ${charactersMax} are allowed`);
  }
  #checkOpen() {
    if (this.#isOver) throw new LedgerError("transaction/not-open", "No open transaction");
  }
  #release() {
    this.#view?.snapshot.release();
    this.#view = void 0;
  }
};

// ../../hashprof/work/src/values/canonical-ion.ts
import { isUtf8 as isUtf82 } from "node:buffer";

// ../../hashprof/work/src/values/canonical-stream.ts
import { isUtf8 } from "node:buffer";

// ../../hashprof/work/src/values/hash-rounds.ts
var none = -1;
var alignment = 64;
var placeBits = hasQuestion - 1;
var roundsMax = 64;
var joinTask = 0;
var structTask = 1;
var fieldTask = 2;
var taskWords = 6;
var HashRounds = class {
  bytes;
  /** Where the next message begins: a multiple of 64. What lies from there up to `messagesEnd` is free. */
  messageAt;
  messagesEnd;
  moves;
  #lanes;
  #messagesAt;
  #inputAt;
  #inputEnd;
  #inputUsed;
  #digestsAt;
  #digestsEnd;
  #digestsUsed;
  /** Structs in the order of their beginnings: where their fields' digests are listed, how many, the struct after it. */
  structCount = 0;
  #structFields = [];
  #structSizes = [];
  #structNext = [];
  #fieldDigests = [];
  #fieldDigestCount = 0;
  /** By round: its tasks, `taskWords` numbers each, and how many numbers that are. */
  #tasks = Array.from({ length: roundsMax }, () => []);
  #taskSizes = Array.from({ length: roundsMax }, () => 0);
  #rounds = 0;
  #isWhole = true;
  constructor({ inputBytes, messageBytes, digests, isPlain = false }) {
    const digestBytes = digests * sha256Bytes;
    this.#lanes = new Sha256Lanes(inputBytes + digestBytes + messageBytes + 2 * alignment, isPlain);
    this.bytes = this.#lanes.bytes;
    this.moves = this.#lanes.moves;
    this.#inputAt = this.#lanes.start;
    this.#inputEnd = this.#inputAt + inputBytes;
    this.#digestsAt = aligned(this.#inputEnd);
    this.#digestsEnd = this.#digestsAt + digestBytes;
    this.#messagesAt = aligned(this.#digestsEnd);
    this.messagesEnd = this.#messagesAt + messageBytes;
    this.#inputUsed = this.#inputAt;
    this.#digestsUsed = this.#digestsAt;
    this.messageAt = this.#messagesAt;
  }
  /** Forgets everything. */
  reset() {
    this.#inputUsed = this.#inputAt;
    this.#digestsUsed = this.#digestsAt;
    this.structCount = 0;
    this.#fieldDigestCount = 0;
    this.#taskSizes.fill(0);
    this.#rounds = 0;
  }
  /** Copies input into the memory; `none` when it has no room there. */
  load(input) {
    const at = this.#inputUsed;
    if (input.length > this.#inputEnd - at) return none;
    this.bytes.set(input, at);
    this.#inputUsed = at + input.length;
    return at;
  }
  /** A place for a digest; `none` when there is no more. */
  digestPlace() {
    const at = this.#digestsUsed;
    if (at === this.#digestsEnd) return none;
    this.#digestsUsed = at + sha256Bytes;
    return at;
  }
  /** Takes what stands from `messageAt` to `end` as a message. */
  addMessage(end, to) {
    this.messageAt = aligned(this.#lanes.add(this.messageAt, end - this.messageAt, to));
  }
  /** Sees to it that a message of so many bytes, without escapes, has room; false when it never has. */
  reserve(length) {
    const needed = 2 * length + 2 * alignment;
    if (this.messageAt + needed <= this.messagesEnd) return true;
    this.flush();
    return this.messageAt + needed <= this.messagesEnd;
  }
  /** Hashes the messages so far: their room is free again. */
  flush() {
    this.#lanes.run();
    this.messageAt = this.#messagesAt;
  }
  /** A struct begins; its fields' digests are listed by `endStruct`. */
  beginStruct() {
    this.structCount += 1;
    return this.structCount - 1;
  }
  /** The last `count` of `digests` before `end` are those of its fields. */
  endStruct(struct2, digests, end, count) {
    this.#structFields[struct2] = this.#fieldDigestCount;
    this.#structSizes[struct2] = count;
    this.#structNext[struct2] = this.structCount;
    for (let index = end - count; index < end; index += 1) {
      this.#fieldDigests[this.#fieldDigestCount] = digests[index];
      this.#fieldDigestCount += 1;
    }
  }
  /** The struct after this one and all in it. */
  nextStruct(struct2) {
    return this.#structNext[struct2];
  }
  /** QLDB's dot (join-hashes.ts) of two digests that are there after the rounds before `round`; gives its place. */
  join(left, right, round) {
    const to = this.digestPlace();
    if (to === none) return none;
    if (round === 0) {
      if (!this.reserve(2 * sha256Bytes)) return none;
      this.addMessage(this.#pushJoin(left, right), to);
      return to;
    }
    return this.#addTask(round, to, joinTask, left, right);
  }
  /** The hash of a struct whose fields' digests are there after the rounds before `round`. */
  hashOfStruct(struct2, round) {
    const to = this.digestPlace();
    return to === none ? none : this.#addTask(round, to, structTask, struct2);
  }
  /** A field whose value has structs in it: serializeField gets the four words when they are hashed. */
  addField(round, to, symbols, id, valueAt, struct2) {
    return this.#addTask(round, to, fieldTask, symbols, id, valueAt, struct2);
  }
  #addTask(round, to, kind, a = 0, b = 0, c = 0, d = 0) {
    if (round >= roundsMax) return none;
    const tasks = this.#tasks[round];
    const at = this.#taskSizes[round];
    tasks[at] = kind;
    tasks[at + 1] = to;
    tasks[at + 2] = a;
    tasks[at + 3] = b;
    tasks[at + 4] = c;
    tasks[at + 5] = d;
    this.#taskSizes[round] = at + taskWords;
    this.#rounds = Math.max(this.#rounds, round);
    return to;
  }
  /** How many words each round has: to go back to by `forgetTasks`. */
  taskSizes() {
    return this.#taskSizes.slice(0, this.#rounds + 1);
  }
  forgetTasks(sizes) {
    for (let round = 0; round <= this.#rounds; round += 1) this.#taskSizes[round] = sizes[round] ?? 0;
  }
  /** Works out everything: the digests are where they were promised, unless this says that some had no room. */
  runRounds() {
    this.#isWhole = true;
    this.#lanes.run();
    for (let round = 1; round <= this.#rounds; round += 1) {
      this.messageAt = this.#messagesAt;
      const tasks = this.#tasks[round];
      const size = this.#taskSizes[round];
      for (let at = 0; at < size; at += taskWords) this.#perform(tasks, at);
      this.#lanes.run();
    }
    this.messageAt = this.#messagesAt;
    return this.#isWhole;
  }
  #perform(tasks, at) {
    const kind = tasks[at];
    const to = tasks[at + 1];
    const a = tasks[at + 2];
    const b = tasks[at + 3];
    let end = none;
    if (kind === joinTask) {
      if (this.reserve(2 * sha256Bytes)) end = this.#pushJoin(a, b);
    } else if (kind === structTask) {
      if (this.reserve(this.#structSizes[a] * sha256Bytes)) end = this.pushStruct(a, this.messageAt);
    } else {
      const c = tasks[at + 4];
      const d = tasks[at + 5];
      end = this.serializeField(a, b, c, d);
      if (end === none) {
        this.flush();
        end = this.serializeField(a, b, c, d);
      }
    }
    if (end === none) this.#isWhole = false;
    else this.addMessage(end, to);
  }
  /** Writes a field's message at `messageAt`; returns its end, or `none` when it has no room. */
  serializeField(_symbols, _id, _valueAt, _struct) {
    return none;
  }
  /** How long pushStruct's form can get. */
  structBytesMax(struct2) {
    return 2 * sha256Bytes * this.#structSizes[struct2] + 3;
  }
  /** Writes a struct's form at `at`: the hashes of its fields in the order of their bytes; returns its end. */
  pushStruct(struct2, at) {
    const { bytes } = this;
    const digests = this.#fieldDigests;
    const first = this.#structFields[struct2];
    const end = first + this.#structSizes[struct2];
    sortDigests(bytes, digests, first, end);
    bytes[at] = hashBegin;
    bytes[at + 1] = 208;
    let to = at + 2;
    for (let index = first; index < end; index += 1) {
      const digest = digests[index];
      to = this.moves.escape(digest, digest + sha256Bytes, to) & placeBits;
    }
    bytes[to] = hashEnd;
    return to + 1;
  }
  #pushJoin(left, right) {
    const { messageAt } = this;
    this.moves.pair(left, right, messageAt);
    return messageAt + 2 * sha256Bytes;
  }
  /** Whether the digests at two places are the same. */
  isSameDigest(one, other) {
    return this.moves.differ(one, other) === 0;
  }
};
function aligned(at) {
  return at + alignment - 1 & -alignment;
}
function sortDigests(bytes, digests, first, end) {
  if (end - first > 32) {
    const sorted2 = digests.slice(first, end).sort((one, other) => isBefore(bytes, one, other) ? -1 : 1);
    for (let index = first; index < end; index += 1) digests[index] = sorted2[index - first];
    return;
  }
  for (let index = first + 1; index < end; index += 1) {
    const digest = digests[index];
    let at = index;
    for (; at > first && isBefore(bytes, digest, digests[at - 1]); at -= 1)
      digests[at] = digests[at - 1];
    digests[at] = digest;
  }
}
function isBefore(bytes, one, other) {
  for (let index = 0; index < sha256Bytes; index += 1) {
    const difference = bytes[one + index] - bytes[other + index];
    if (difference !== 0) return difference < 0;
  }
  return false;
}

// ../../hashprof/work/src/values/canonical-stream.ts
var usesMax = 1 << 16;
var textSlots = 1024;
var CanonicalStream = class extends HashRounds {
  /** Where the next value or field stands. */
  at = 0;
  /** Whether the value is read for the second time: its symbols have been counted. */
  isSecondTime = false;
  /** Where the texts of all symbol tables begin and end; those of the stream that is read begin at `symbols`. */
  #textStarts = [];
  #textEnds = [];
  #textCount = 0;
  symbols = 0;
  #systemTexts;
  #uses = new Uint32Array(usesMax);
  #useCount = 0;
  #slots = new Int32Array(textSlots);
  constructor(sizes) {
    super({ ...sizes, inputBytes: sizes.inputBytes + 256 });
    this.#systemTexts = this.#loadSystemTexts();
  }
  #loadSystemTexts() {
    return systemSymbols.map((text2, id) => {
      const start = this.load(Buffer.from(id === 0 ? "" : text2));
      return { start, end: start + (id === 0 ? 0 : text2.length) };
    });
  }
  reset() {
    super.reset();
    this.#loadSystemTexts();
    this.#textCount = 0;
  }
  /** Begins with a stream: to where its value stands. Gives the stream's end; `none` when it has no room, too. */
  openStream(stream) {
    const start = this.load(stream);
    if (start === none) return none;
    const end = start + stream.length;
    const { bytes } = this;
    if (bytes[start] !== 224 || bytes[start + 1] !== 1 || bytes[start + 2] !== 0 || bytes[start + 3] !== 234)
      return none;
    this.at = start + 4;
    this.#useCount = 0;
    this.symbols = this.#textCount;
    for (const text2 of this.#systemTexts) this.#addText(text2.start, text2.end);
    return this.#readSymbolTable(end) ? end : none;
  }
  /** Whether the stream's symbols are those that its value uses, numbered as they come from the end on. */
  hasCanonicalSymbols() {
    let next = firstLocalSymbol;
    for (let index = this.#useCount - 1; index >= 0; index -= 1) {
      const id = this.#uses[index];
      if (id > next) return false;
      if (id === next) next += 1;
    }
    return this.symbols + next === this.#textCount && this.#useCount < usesMax;
  }
  #addText(start, end) {
    this.#textStarts[this.#textCount] = start;
    this.#textEnds[this.#textCount] = end;
    this.#textCount += 1;
  }
  #readSymbolTable(end) {
    const { bytes } = this;
    const wrapperEnd = this.enter(14, end);
    if (wrapperEnd === none || bytes[this.at] !== 129 || bytes[this.at + 1] !== (symbolTableId | 128)) return false;
    this.at += 2;
    if (this.enter(13, wrapperEnd) !== wrapperEnd || bytes[this.at] !== (symbolsFieldId | 128)) return false;
    this.at += 1;
    if (this.enter(11, wrapperEnd) !== wrapperEnd) return false;
    this.#slots.fill(none);
    for (let id = 1; id < firstLocalSymbol; id += 1) this.#isNewText(this.symbols + id);
    while (this.at < wrapperEnd) {
      const textEnd = this.enter(8, wrapperEnd);
      if (textEnd === none || !this.#isText(this.at, textEnd)) return false;
      this.#addText(this.at, textEnd);
      if (!this.#isNewText(this.#textCount - 1)) return false;
      this.at = textEnd;
    }
    return this.#textCount > this.symbols + firstLocalSymbol;
  }
  /** Past the head of a value of that type; returns where its content ends. */
  enter(code, end) {
    const descriptor = this.bytes[this.at];
    return this.at < end && descriptor >> 4 === code ? this.readHead(descriptor, end) : none;
  }
  /** Past the head that stands here; returns where the content ends. A null has none. */
  readHead(descriptor, end) {
    this.at += 1;
    let length = descriptor & 15;
    if (length === 15) return this.at;
    if (length === 14) {
      length = this.readVarUInt(end);
      if (length < 14) return none;
    }
    const contentEnd = this.at + length;
    return contentEnd <= end ? contentEnd : none;
  }
  /** In the fewest bytes, and below 2^28. */
  readVarUInt(end) {
    const { bytes } = this;
    const start = this.at;
    let value = 0;
    for (let at = start; at < end && at < start + 4; at += 1) {
      const byte = bytes[at];
      if (byte === 0 && at === start) return none;
      value = value << 7 | byte & 127;
      if (byte > 127) {
        this.at = at + 1;
        return value;
      }
    }
    return none;
  }
  #isText(start, end) {
    const { bytes } = this;
    for (let at = start; at < end; at += 1) if (bytes[at] > 127) return isUtf8(bytes.subarray(start, end));
    return true;
  }
  /** False for a text that the table has already, or that finds no slot. */
  #isNewText(text2) {
    const { bytes } = this;
    const start = this.#textStarts[text2];
    const length = this.#textEnds[text2] - start;
    const last = bytes[start + length - 1];
    let slot = length * 7 + (length === 0 ? 0 : bytes[start] * 31 + last * 131 + bytes[start + (length >> 1)] * 17);
    for (let tries = 0; tries < 64; tries += 1) {
      slot = slot + 1 & textSlots - 1;
      const other = this.#slots[slot];
      if (other === none) {
        this.#slots[slot] = text2;
        return true;
      }
      if (this.#isSameText(other, start, length)) return false;
    }
    return false;
  }
  #isSameText(text2, start, length) {
    const from = this.#textStarts[text2];
    return this.#textEnds[text2] - from === length && this.isSame(from, start, length);
  }
  /** Whether two pieces of the memory have the same bytes. */
  isSame(one, other, length) {
    const { bytes } = this;
    for (let index = 0; index < length; index += 1) if (bytes[one + index] !== bytes[other + index]) return false;
    return true;
  }
  /** Whether a symbol of the stream has this text, which is ASCII. */
  isSymbol(id, text2) {
    const start = this.#textStarts[this.symbols + id];
    if (this.#textEnds[this.symbols + id] - start !== text2.length) return false;
    const { bytes } = this;
    for (let index = 0; index < text2.length; index += 1) if (bytes[start + index] !== text2[index]) return false;
    return true;
  }
  textStart(id) {
    return this.#textStarts[this.symbols + id];
  }
  textEnd(id) {
    return this.#textEnds[this.symbols + id];
  }
  /** Past the id of a field's name, or of another symbol; a symbol without a text is turned away. */
  readSymbolId(end) {
    const id = this.readVarUInt(end);
    return id === none ? none : this.use(id);
  }
  use(id) {
    if (id < 1 || this.symbols + id >= this.#textCount) return none;
    if (this.isSecondTime) return id;
    if (this.#useCount === usesMax) return none;
    this.#uses[this.#useCount] = id;
    this.#useCount += 1;
    return id;
  }
  /** Symbols so far: for counting them once more where the same bytes stand again. */
  get useCount() {
    return this.#useCount;
  }
  repeatUses(from, to) {
    for (let index = from; index < to; index += 1) this.use(this.#uses[index]);
  }
  /** Into a container that stands here and is neither null nor annotated. */
  enterContainer(code, end) {
    return (this.bytes[this.at] & 15) === 15 ? none : this.enter(code, end);
  }
};

// ../../hashprof/work/src/values/canonical-ion.ts
var depthMax = 60;
var slackBytes = 96;
var powersOfTen2 = Array.from({ length: 10 }, (_, digits2) => 10 ** digits2);
var noSymbols = { idOf: () => 0, textOf: () => void 0 };
var CanonicalIon = class extends CanonicalStream {
  /** The struct that readHashedStruct has read. */
  lastStruct = none;
  /** The digest of the field that readHashedField has read. */
  lastDigest = none;
  /** The round in which it is hashed. */
  lastRound = none;
  /** How far the form of the value that is read has been written. */
  #out = 0;
  /** What HashMoves.escape said of the text that was written last. */
  #flags = 0;
  /** The next struct of a field that is written again, its structs being hashed by now. */
  #struct = 0;
  /** Digests of the fields of the structs that are open, the innermost's last. */
  #open = [];
  #openCount = 0;
  #view;
  constructor(sizes) {
    super(sizes);
    this.#view = new DataView(this.bytes.buffer);
  }
  /**
   * The struct that stands here, with at least one field; its hash is then to be had by `hashOfStruct`. Gives the round
   * in which its last field is hashed; `lastStruct` is its number.
   */
  readHashedStruct(end) {
    const contentEnd = this.enterContainer(13, end);
    if (contentEnd === none || contentEnd === this.at) return none;
    this.#openCount = 0;
    const struct2 = this.structCount;
    const round = this.#readFields(contentEnd, 0);
    this.lastStruct = struct2;
    return round;
  }
  /** A field whose name's id has been read; its digest is `lastDigest`, in the round that this gives. */
  readHashedField(id, end, depth = 0) {
    if (!this.reserve(end - this.at + this.textEnd(id) - this.textStart(id) + slackBytes)) return none;
    this.#out = this.messageAt;
    this.#pushText(112, this.textStart(id), this.textEnd(id));
    const valueAt = this.at;
    const struct2 = this.structCount;
    const round = this.#readValue(end, depth);
    if (round === none) return none;
    const to = this.digestPlace();
    if (to === none) return none;
    this.lastDigest = to;
    this.lastRound = round;
    if (round === 0) this.addMessage(this.#out, to);
    else if (this.addField(round, to, this.symbols, id, valueAt, struct2) === none) return none;
    return round;
  }
  /** Whether the string that readHashedString has read has a question mark. */
  get hasQuestion() {
    return (this.#flags & hasQuestion) !== 0;
  }
  /** The hash of the string that stands here, by itself: ionHashOfString. Gives the digest's place. */
  readHashedString(end) {
    const textEnd = this.enterContainer(8, end);
    if (textEnd === none || !this.reserve(textEnd - this.at + slackBytes)) return none;
    this.#out = this.messageAt;
    const to = this.digestPlace();
    if (this.#readText(128, textEnd) === none || to === none) return none;
    this.at = textEnd;
    this.addMessage(this.#out, to);
    return to;
  }
  serializeField(symbols, id, valueAt, struct2) {
    this.symbols = symbols;
    const [start, textEnd] = [this.textStart(id), this.textEnd(id)];
    if (!this.reserve(textEnd - start + slackBytes)) return none;
    this.#out = this.messageAt;
    this.#pushText(112, start, textEnd);
    this.isSecondTime = true;
    this.#struct = struct2;
    this.at = valueAt;
    const round = this.#readValue(this.bytes.length, 0);
    this.isSecondTime = false;
    return round === none ? none : this.#out;
  }
  #readFields(end, depth) {
    const struct2 = this.beginStruct();
    let round = 0;
    let count = 0;
    while (this.at < end) {
      const id = this.readSymbolId(end);
      if (id === none) return none;
      const fieldRound = this.readHashedField(id, end, depth);
      if (fieldRound === none) return none;
      if (fieldRound > round) round = fieldRound;
      this.#open[this.#openCount] = this.lastDigest;
      this.#openCount += 1;
      count += 1;
    }
    this.endStruct(struct2, this.#open, this.#openCount, count);
    this.#openCount -= count;
    return round;
  }
  /** Writes its form; gives the round from which on all structs in it are hashed. */
  #readValue(end, depth) {
    const { bytes } = this;
    const start = this.at;
    if (start >= end || depth > depthMax || this.#out + slackBytes > this.messagesEnd) return none;
    const descriptor = bytes[start];
    const code = descriptor >> 4;
    if ((descriptor & 15) === 15 || code === 1) return this.#readPlain(descriptor);
    const contentEnd = this.readHead(descriptor, end);
    if (contentEnd === none) return none;
    switch (code) {
      case 8:
        return this.#readText(128, contentEnd);
      case 2:
      case 3:
        return this.#readInt(code, contentEnd);
      case 4:
        return this.#readFloat(contentEnd);
      case 5:
        return this.#readDecimal(start, contentEnd);
      case 6:
        return this.#readTimestamp(start, contentEnd);
      case 7:
        return this.#readSymbol(contentEnd);
      case 9:
      case 10:
        return this.#readBytes(descriptor & 240, contentEnd);
      case 11:
      case 12:
        return this.#readItems(descriptor & 240, contentEnd, depth + 1);
      case 13:
        return this.#readStruct(contentEnd, depth + 1);
      case 14:
        return this.#readAnnotated(contentEnd, depth);
      default:
        return none;
    }
  }
  /** A null or a bool. */
  #readPlain(descriptor) {
    const isBool = descriptor >> 4 === 1;
    if (isBool ? descriptor !== 31 && descriptor > 17 : descriptor > 223 || descriptor === 63) return none;
    this.at += 1;
    const { bytes } = this;
    bytes[this.#out] = hashBegin;
    bytes[this.#out + 1] = descriptor;
    bytes[this.#out + 2] = hashEnd;
    this.#out += 3;
    return 0;
  }
  /** Writes bytes of the input with escapes, between marks. */
  #pushText(qualifier, start, end) {
    const { bytes } = this;
    let to = this.#out;
    if (to + 2 * (end - start) + slackBytes > this.messagesEnd) return false;
    bytes[to] = hashBegin;
    bytes[to + 1] = qualifier;
    const copied = this.moves.escape(start, end, to + 2);
    to = copied & placeBits;
    bytes[to] = hashEnd;
    this.#out = to + 1;
    this.#flags = copied;
    return (copied & hasHighBit) === 0;
  }
  #readText(qualifier, end) {
    const start = this.at;
    this.at = end;
    const isRight = this.#pushText(qualifier, start, end) || this.#hasRoom(start, end) && isUtf82(this.bytes.subarray(start, end));
    return isRight ? 0 : none;
  }
  /** After a text was written: whether it had room. */
  #hasRoom(start, end) {
    return this.#out + 2 * (end - start) + slackBytes <= this.messagesEnd;
  }
  #readBytes(qualifier, end) {
    const start = this.at;
    this.at = end;
    return this.#pushText(qualifier, start, end) || this.#hasRoom(start, end) ? 0 : none;
  }
  #readSymbol(end) {
    const start = this.at;
    const { bytes } = this;
    if (end - start < 1 || end - start > 3 || bytes[start] === 0) return none;
    let id = 0;
    for (let at = start; at < end; at += 1) id = id * 256 + bytes[at];
    this.at = end;
    if (this.use(id) === none || !this.#hasRoom(this.textStart(id), this.textEnd(id))) return none;
    this.#pushText(112, this.textStart(id), this.textEnd(id));
    return 0;
  }
  #readInt(code, end) {
    const start = this.at;
    if (end === start ? code === 3 : this.bytes[start] === 0) return none;
    if (end - start > integerBytesMax) return none;
    return this.#readBytes(code << 4, end);
  }
  #readFloat(end) {
    const start = this.at;
    const length = end - start;
    const view2 = this.#view;
    if (length !== 0 && length !== 4 && length !== 8) return none;
    const value = length === 0 ? 0 : length === 4 ? view2.getFloat32(start) : view2.getFloat64(start);
    if (Number.isNaN(value)) return none;
    if (length === 4 && Object.is(value, 0)) return none;
    if (length === 8 && Math.fround(value) === value) return none;
    this.at = end;
    const from = this.#out + 32;
    view2.setFloat64(from, value);
    this.#pushText(64, from, length === 0 ? from : from + 8);
    return 0;
  }
  /** Exponent and coefficient: pushDecimalBody. The form is the content. */
  #readDecimal(start, end) {
    const { bytes } = this;
    const from = this.at;
    const coefficientAt = from + 1;
    const length = end - coefficientAt;
    const exponent = bytes[from];
    const first = length > 0 ? bytes[coefficientAt] : 0;
    const isPlain = exponent >= 128 && exponent !== 192 && length > 0 && length <= 32 && (first & 127) !== 0;
    if (end !== from && !isPlain && !this.#isCanonicalScalar(start, end)) return none;
    return this.#readBytes(80, end);
  }
  /** The form is the content. */
  #readTimestamp(start, end) {
    if (this.timeAt(this.at, end) === none && !this.#isDate(end) && !this.#isCanonicalScalar(start, end)) return none;
    return this.#readBytes(96, end);
  }
  /**
   * The content of a timestamp of the common form: in UTC, to the second, with up to nine digits of a fraction that is
   * there. Gives a number by which such times can be compared when their digits are as many.
   */
  timeAt(from, end) {
    const { bytes } = this;
    const length = end - from;
    const year = (bytes[from + 1] & 127) << 7 | bytes[from + 2] & 127;
    if (length < 9 || length > 14 || bytes[from] !== 128) return none;
    if (bytes[from + 1] > 127 || bytes[from + 2] < 128 || year < 128 || year > 9999)
      return none;
    const month = this.#fieldAt(from + 3, 1, 12);
    if (month === none) return none;
    const day = this.#fieldAt(from + 4, 1, daysInMonth(year, month));
    const hour = this.#fieldAt(from + 5, 0, 23);
    const minute = this.#fieldAt(from + 6, 0, 59);
    const second = this.#fieldAt(from + 7, 0, 59);
    const digits2 = bytes[from + 8] - 192;
    if (day === none || hour === none || minute === none || second === none || digits2 < 1 || digits2 > 9) return none;
    let fraction = 0;
    for (let at = from + 9; at < end; at += 1) fraction = fraction * 256 + bytes[at];
    if (length > 9) {
      const first = bytes[from + 9];
      if (first > 127 || first === 0 && (length === 10 || bytes[from + 10] < 128)) return none;
    }
    const scale = powersOfTen2[digits2];
    if (fraction >= scale) return none;
    const seconds = ((((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute) * 60 + second;
    return digits2 === 3 ? seconds * scale + fraction : seconds;
  }
  /** Whether the content that stands here is that of a date: offset unknown, year, month, day. */
  #isDate(end) {
    const from = this.at;
    const year = this.#yearAt(from);
    if (end - from !== 5 || this.bytes[from] !== 192 || year === none) return false;
    const month = this.#fieldAt(from + 3, 1, 12);
    return month !== none && this.#fieldAt(from + 4, 1, daysInMonth(year, month)) !== none;
  }
  /** A year of two bytes. */
  #yearAt(from) {
    const first = this.bytes[from + 1];
    const second = this.bytes[from + 2];
    const year = first << 7 | second & 127;
    return first > 0 && first < 128 && second > 127 && year <= 9999 ? year : none;
  }
  #fieldAt(at, low, high) {
    const value = this.bytes[at] - 128;
    return value >= low && value <= high ? value : none;
  }
  /** Whether a value without symbols is written so: asks the reader and the writer. */
  #isCanonicalScalar(start, end) {
    const piece = this.bytes.slice(start, end);
    try {
      return Buffer.compare(encodeRaw(decodeRaw(piece, noSymbols), noSymbols), piece) === 0;
    } catch {
      return false;
    }
  }
  #readItems(qualifier, end, depth) {
    const { bytes } = this;
    bytes[this.#out] = hashBegin;
    bytes[this.#out + 1] = qualifier;
    this.#out += 2;
    let round = 0;
    while (this.at < end) {
      const itemRound = this.#readValue(end, depth);
      if (itemRound === none) return none;
      if (itemRound > round) round = itemRound;
    }
    bytes[this.#out] = hashEnd;
    this.#out += 1;
    return round;
  }
  #readStruct(end, depth) {
    const { bytes } = this;
    if (this.at === end) {
      bytes[this.#out] = hashBegin;
      bytes[this.#out + 1] = 208;
      bytes[this.#out + 2] = hashEnd;
      this.#out += 3;
      return 0;
    }
    if (end - this.at === 1) return none;
    if (this.isSecondTime) {
      const struct2 = this.#struct;
      if (this.#out + this.structBytesMax(struct2) + slackBytes > this.messagesEnd) return none;
      this.#out = this.pushStruct(struct2, this.#out);
      this.#struct = this.nextStruct(struct2);
      this.at = end;
      return 0;
    }
    const round = this.#readFields(end, depth);
    this.#out = this.messageAt;
    return round === none ? none : round + 1;
  }
  #readAnnotated(end, depth) {
    const idsLength = this.readVarUInt(end);
    const idsEnd = this.at + idsLength;
    if (idsLength < 1 || idsEnd >= end) return none;
    const { bytes } = this;
    bytes[this.#out] = hashBegin;
    bytes[this.#out + 1] = 224;
    this.#out += 2;
    while (this.at < idsEnd) {
      const id = this.readSymbolId(idsEnd);
      if (id === none || !this.#hasRoom(this.textStart(id), this.textEnd(id))) return none;
      this.#pushText(112, this.textStart(id), this.textEnd(id));
    }
    const code = bytes[this.at] >> 4;
    const round = code === 14 ? none : this.#readValue(end, depth);
    if (round === none || this.at !== end) return none;
    bytes[this.#out] = hashEnd;
    this.#out += 1;
    return round;
  }
};

// ../../hashprof/work/src/journal/sound-block.ts
var SoundBlock = class {
  blockAddress;
  clock;
  blockHash;
  previousBlockHash;
  /** The documents of its revisions, and their versions. */
  documentIds;
  versions;
  statements;
  /** As in BlockReport of verify.ts. */
  uncheckedDigests;
  opaqueEntries;
  coversHead;
  constructor(fields3) {
    this.blockAddress = fields3.blockAddress;
    this.clock = fields3.clock;
    this.blockHash = fields3.blockHash;
    this.previousBlockHash = fields3.previousBlockHash;
    this.documentIds = fields3.documentIds;
    this.versions = fields3.versions;
    this.statements = fields3.statements;
    this.uncheckedDigests = fields3.uncheckedDigests;
    this.opaqueEntries = fields3.opaqueEntries;
    this.coversHead = fields3.coversHead;
  }
  get blockTimestamp() {
    return timestampOfClock(this.clock);
  }
};
function timestampOfClock(clock) {
  let rest = clock;
  const take = (count) => {
    const taken = rest % count;
    rest = Math.floor(rest / count);
    return taken;
  };
  const fraction = BigInt(take(1e3));
  const [second, minute, hour] = [take(60), take(60), take(24)];
  const day = take(31) || 31;
  if (day === 31) rest -= 1;
  const month = take(12) || 12;
  const year = month === 12 ? rest - 1 : rest;
  return timestamp("second", { year, month, day, hour, minute, second, fraction, fractionDigits: 3, offset: 0 });
}

// ../../hashprof/work/src/journal/sealed-blocks.ts
var names = {
  blockAddress: Buffer.from("blockAddress"),
  strandId: Buffer.from("strandId"),
  sequenceNo: Buffer.from("sequenceNo"),
  transactionId: Buffer.from("transactionId"),
  blockTimestamp: Buffer.from("blockTimestamp"),
  blockHash: Buffer.from("blockHash"),
  entriesHash: Buffer.from("entriesHash"),
  previousBlockHash: Buffer.from("previousBlockHash"),
  entriesHashList: Buffer.from("entriesHashList"),
  transactionInfo: Buffer.from("transactionInfo"),
  statements: Buffer.from("statements"),
  statement: Buffer.from("statement"),
  startTime: Buffer.from("startTime"),
  statementDigest: Buffer.from("statementDigest"),
  documents: Buffer.from("documents"),
  tableName: Buffer.from("tableName"),
  tableId: Buffer.from("tableId"),
  revisions: Buffer.from("revisions"),
  hash: Buffer.from("hash"),
  data: Buffer.from("data"),
  metadata: Buffer.from("metadata"),
  id: Buffer.from("id"),
  version: Buffer.from("version"),
  txTime: Buffer.from("txTime"),
  txId: Buffer.from("txId")
};
var unorderedDocumentsMax = 64;
var tableNames = [names.tableName, names.tableId];
var windowBytesMax = 128 * 1024;
var windowBlocksMax = 64;
var inputBytesMax = 4 * windowBytesMax;
var messageBytesMax = 3 * inputBytesMax;
var digestsMax = 32 * 1024;
var Reading = class {
  addressAt = none;
  addressEnd = none;
  addressUses = none;
  strandAt = none;
  strandEnd = none;
  sequenceNo = none;
  transactionIdAt = none;
  transactionIdEnd = none;
  clock = none;
  statements = 0;
  uncheckedDigests = 0;
  blockHash = none;
  previous = none;
  entries = [];
  /** Digests that an entry may, or must, be the same as; `none` for the root of no revisions. */
  head = none;
  info = none;
  root = none;
  /** Of the documents of transactionInfo, and of the revisions: beginnings and ends of their ids. */
  documents = [];
  revisions = [];
  versions = [];
};
var SealedBlocks = class extends CanonicalIon {
  #text;
  #strand = { text: void 0, bytes: Buffer.alloc(0) };
  /** Digests that were worked out, those that they must equal, and the block of each: three numbers apiece. */
  #expected = [];
  #expectedCount = 0;
  #block = 0;
  constructor() {
    super({ inputBytes: inputBytesMax, messageBytes: messageBytesMax, digests: digestsMax });
    this.#text = Buffer.from(this.bytes.buffer);
  }
  /** For each block what it is when it is sound; undefined says nothing. */
  check(blocks3) {
    this.reset();
    this.#expectedCount = 0;
    const readings = blocks3.map((bytes, index) => bytes === void 0 ? void 0 : this.#tryBlock(bytes, index));
    if (!this.runRounds()) return blocks3.map(() => void 0);
    for (let at = 0; at < this.#expectedCount; at += 3) {
      const [digest, expected2, block] = [this.#expected[at], this.#expected[at + 1], this.#expected[at + 2]];
      if (!this.isSameDigest(digest, expected2)) readings[block] = void 0;
    }
    return readings.map((reading2) => reading2 && this.#soundBlock(reading2));
  }
  /** Leaves nothing behind of a block that it turns away. */
  #tryBlock(bytes, index) {
    this.#block = index;
    const tasks = this.taskSizes();
    const { structCount } = this;
    const before = this.#expectedCount;
    const reading2 = this.#readBlock(bytes);
    if (reading2 !== void 0) return reading2;
    this.forgetTasks(tasks);
    this.structCount = structCount;
    this.#expectedCount = before;
    return void 0;
  }
  /** False when the digest has no place. */
  #expect(digest, expected2) {
    if (digest === none) return false;
    const at = this.#expectedCount;
    this.#expected[at] = digest;
    this.#expected[at + 1] = expected2;
    this.#expected[at + 2] = this.#block;
    this.#expectedCount = at + 3;
    return true;
  }
  #readBlock(bytes) {
    const end = this.openStream(bytes);
    if (end === none || this.enterContainer(13, end) !== end) return void 0;
    const reading2 = new Reading();
    if (!this.#readHead(reading2, end)) return void 0;
    const blockHash = this.#readHashField(names.blockHash, end);
    const entriesHash = this.#readHashField(names.entriesHash, end);
    if (blockHash === none || entriesHash === none || this.#readName(names.previousBlockHash, end) === none)
      return void 0;
    const previous = this.#readContent(10, end);
    const previousBytes = this.at - previous;
    const entries = this.#readHashes(end);
    if (previous === none || entries === void 0 || !this.#readTransactionInfo(reading2, end)) return void 0;
    const hashes = this.at === end ? [] : this.#readRevisions(reading2, end);
    if (hashes === void 0 || this.at !== end || !this.hasCanonicalSymbols()) return void 0;
    reading2.root = this.#rootOf(hashes);
    reading2.entries = entries;
    reading2.blockHash = blockHash;
    reading2.previous = previousBytes === 0 ? none : previous;
    const joined3 = previousBytes === 0 ? entriesHash : this.join(entriesHash, previous, 0);
    const isWhole = (previousBytes === 0 || previousBytes === hashBytes2) && (hashes.length === 0 || reading2.root !== none) && this.#expect(this.#rootOf(entries), entriesHash) && this.#expect(joined3, blockHash) && this.#hasSameDocuments(reading2);
    return isWhole ? reading2 : void 0;
  }
  #soundBlock(reading2) {
    const { clock, statements, versions, revisions, uncheckedDigests, previous, blockHash, entries } = reading2;
    const explained = /* @__PURE__ */ new Set();
    if (!this.#explain(reading2.info, entries, explained)) return void 0;
    if (reading2.root !== none && !this.#explain(reading2.root, entries, explained)) return void 0;
    const coversHead2 = this.#explain(reading2.head, entries, explained);
    const opaqueEntries = entries.length - explained.size;
    if (coversHead2 && opaqueEntries > 0) return void 0;
    const documentIds = versions.map(
      (_, index) => this.#text.toString("utf8", revisions[index * 2], revisions[index * 2 + 1])
    );
    return new SoundBlock({
      blockAddress: { strandId: this.#strandId(reading2), sequenceNo: reading2.sequenceNo },
      clock,
      blockHash: this.bytes.slice(blockHash, blockHash + hashBytes2),
      previousBlockHash: previous === none ? new Uint8Array(0) : this.bytes.slice(previous, previous + hashBytes2),
      ...{ documentIds, versions, statements, uncheckedDigests, opaqueEntries, coversHead: coversHead2 }
    });
  }
  /** Whether an entry that nothing else has explained is this digest. */
  #explain(digest, entries, explained) {
    const index = entries.findIndex((entry, at) => !explained.has(at) && this.isSameDigest(entry, digest));
    if (index !== -1) explained.add(index);
    return index !== -1;
  }
  /** The name of the next field, if it is this; its id. */
  #readName(name, end) {
    if (this.at >= end) return none;
    const id = this.readSymbolId(end);
    return id !== none && this.isSymbol(id, name) ? id : none;
  }
  /** Past a value that is neither null nor annotated; returns where its content begins, which ends at `at`. */
  #readContent(code, end) {
    const contentEnd = this.enterContainer(code, end);
    if (contentEnd === none) return none;
    const start = this.at;
    this.at = contentEnd;
    return start;
  }
  #readHash(end) {
    const start = this.#readContent(10, end);
    return start !== none && this.at - start === hashBytes2 ? start : none;
  }
  #readHashField(name, end) {
    return this.#readName(name, end) === none ? none : this.#readHash(end);
  }
  #readCount(end) {
    const start = this.#readContent(2, end);
    if (start === none || this.at - start > 6) return none;
    let value = 0;
    for (let at = start; at < this.at; at += 1) value = value * 256 + this.bytes[at];
    return value;
  }
  /** A timestamp's number; `none` when it is not of the form that this program gives the times of blocks. */
  #readClock(end) {
    const start = this.#readContent(6, end);
    if (start === none || this.bytes[start + 8] !== 195) return none;
    return this.timeAt(start, this.at);
  }
  /** Address, transaction and time: the block's head. */
  #readHead(reading2, end) {
    const head = this.beginStruct();
    const digests = [];
    reading2.addressUses = this.useCount + 1;
    reading2.addressAt = this.#readHeadField(names.blockAddress, end, digests);
    reading2.addressEnd = this.at;
    const round = this.lastRound;
    const transactionAt = this.#readHeadField(names.transactionId, end, digests);
    reading2.transactionIdEnd = this.at;
    const timeAt = this.#readHeadField(names.blockTimestamp, end, digests);
    if (digests.length !== 3) return false;
    const after = this.at;
    this.at = transactionAt;
    reading2.transactionIdAt = this.#readContent(8, after);
    this.at = timeAt;
    reading2.clock = this.#readClock(after);
    this.at = after;
    if (reading2.transactionIdAt === none || reading2.clock === none || !this.#isAddress(reading2)) return false;
    this.endStruct(head, digests, 3, 3);
    reading2.head = this.hashOfStruct(head, round + 1);
    return reading2.head !== none;
  }
  /** Gives where its value stands. */
  #readHeadField(name, end, digests) {
    const id = this.#readName(name, end);
    const start = this.at;
    if (id === none || this.readHashedField(id, end) === none) return none;
    digests.push(this.lastDigest);
    return start;
  }
  #isAddress(reading2) {
    return this.#again(reading2.addressAt, () => this.#readAddress(reading2, reading2.addressEnd));
  }
  /** Reads what has been read and counted before; leaves `at` where it is. */
  #again(at, read) {
    const after = this.at;
    this.isSecondTime = true;
    this.at = at;
    const isRead = read();
    this.isSecondTime = false;
    this.at = after;
    return isRead;
  }
  #readAddress(reading2, end) {
    if (this.enterContainer(13, end) !== end || this.#readName(names.strandId, end) === none) return false;
    reading2.strandAt = this.#readContent(8, end);
    reading2.strandEnd = this.at;
    if (reading2.strandAt === none || this.#readName(names.sequenceNo, end) === none) return false;
    reading2.sequenceNo = this.#readCount(end);
    return reading2.sequenceNo !== none && this.at === end;
  }
  /** The text of a strand's id; that of the block before is taken again when it is the same. */
  #strandId({ strandAt, strandEnd }) {
    const bytes = this.bytes.subarray(strandAt, strandEnd);
    if (this.#strand.text === void 0 || Buffer.compare(this.#strand.bytes, bytes) !== 0) {
      const own = Buffer.from(bytes);
      this.#strand = { text: own.toString("utf8"), bytes: own };
    }
    return this.#strand.text;
  }
  #readHashes(end) {
    if (this.#readName(names.entriesHashList, end) === none) return void 0;
    const listEnd = this.enterContainer(11, end);
    if (listEnd === none) return void 0;
    const hashes = [];
    while (this.at < listEnd) {
      const hash3 = this.#readHash(listEnd);
      if (hash3 === none) return void 0;
      hashes.push(hash3);
    }
    return hashes;
  }
  /** Root of the tree over digests that are there (merkle-tree.ts). */
  #rootOf(hashes) {
    let level = hashes;
    for (let round = 0; level.length > 1; round += 1) {
      const parents = [];
      for (let index = 0; index < level.length; index += 2) {
        const left = level[index];
        const parent = index + 1 < level.length ? this.join(left, level[index + 1], round) : left;
        if (parent === none) return none;
        parents.push(parent);
      }
      level = parents;
    }
    return level[0] ?? none;
  }
  #readTransactionInfo(reading2, end) {
    if (this.#readName(names.transactionInfo, end) === none) return false;
    const start = this.at;
    const round = this.readHashedStruct(end);
    if (round === none) return false;
    const struct2 = this.lastStruct;
    const after = this.at;
    const isInfo = this.#again(start, () => this.#readStatements(reading2, after) && this.#readDocuments(reading2, after));
    reading2.info = isInfo ? this.hashOfStruct(struct2, round + 1) : none;
    return reading2.info !== none;
  }
  #readStatements(reading2, end) {
    if (this.enterContainer(13, end) !== end || this.#readName(names.statements, end) === none) return false;
    const listEnd = this.enterContainer(11, end);
    if (listEnd === none) return false;
    while (this.at < listEnd) {
      const structEnd = this.enterContainer(13, listEnd);
      if (structEnd === none || this.#readName(names.statement, structEnd) === none) return false;
      const digest = this.readHashedString(structEnd);
      const { hasQuestion: hasQuestion2 } = this;
      if (digest === none) return false;
      if (this.#readName(names.startTime, structEnd) === none || this.#readContent(6, structEnd) === none)
        return false;
      const expected2 = this.#readHashField(names.statementDigest, structEnd);
      if (expected2 === none || this.at !== structEnd) return false;
      reading2.statements += 1;
      if (hasQuestion2) reading2.uncheckedDigests += 1;
      else if (!this.#expect(digest, expected2)) return false;
    }
    return true;
  }
  #readDocuments(reading2, end) {
    if (this.at === end) return true;
    if (this.#readName(names.documents, end) === none || this.enterContainer(13, end) !== end) return false;
    const seen = /* @__PURE__ */ new Set();
    while (this.at < end) {
      const id = this.readSymbolId(end);
      if (id === none || seen.has(id)) return false;
      seen.add(id);
      reading2.documents.push(this.textStart(id), this.textEnd(id));
      const structEnd = this.enterContainer(13, end);
      if (structEnd === none) return false;
      for (const name of tableNames)
        if (this.#readName(name, structEnd) === none || this.#readContent(8, structEnd) === none) return false;
      if (this.#readName(names.statements, structEnd) === none || this.enterContainer(11, structEnd) !== structEnd)
        return false;
      while (this.at < structEnd) if (this.#readCount(structEnd) === none) return false;
    }
    return true;
  }
  /** Gives the places of the revisions' hashes. */
  #readRevisions(reading2, end) {
    if (this.#readName(names.revisions, end) === none || this.enterContainer(11, end) !== end) return void 0;
    const hashes = [];
    while (this.at < end) {
      const hash3 = this.#readRevision(reading2, end);
      if (hash3 === none) return void 0;
      hashes.push(hash3);
    }
    return hashes.length === 0 ? void 0 : hashes;
  }
  #readRevision(reading2, listEnd) {
    const end = this.enterContainer(13, listEnd);
    if (end === none || this.#readName(names.blockAddress, end) === none) return none;
    const { addressAt, addressEnd, addressUses } = reading2;
    const length = addressEnd - addressAt;
    if (this.at + length > end || !this.isSame(addressAt, this.at, length)) return none;
    this.at += length;
    this.repeatUses(addressUses, addressUses + 2);
    const hash3 = this.#readHashField(names.hash, end);
    if (hash3 === none || this.at >= end) return none;
    let name = this.readSymbolId(end);
    let data = none;
    let round = 0;
    if (name !== none && this.isSymbol(name, names.data)) {
      const dataRound = this.readHashedStruct(end);
      if (dataRound === none) return none;
      data = this.hashOfStruct(this.lastStruct, dataRound + 1);
      round = dataRound + 1;
      if (data === none || this.at >= end) return none;
      name = this.readSymbolId(end);
    }
    if (name === none || !this.isSymbol(name, names.metadata)) return none;
    const start = this.at;
    const metadataRound = this.readHashedStruct(end);
    if (metadataRound !== 0 || this.at !== end) return none;
    const metadata = this.hashOfStruct(this.lastStruct, 1);
    if (metadata === none || !this.#again(start, () => this.#readMetadata(reading2, end))) return none;
    const digest = data === none ? metadata : this.join(data, metadata, Math.max(round, 1) + 1);
    return this.#expect(digest, hash3) ? hash3 : none;
  }
  #readMetadata(reading2, end) {
    if (this.enterContainer(13, end) !== end || this.#readName(names.id, end) === none) return false;
    const idAt = this.#readContent(8, end);
    if (idAt === none) return false;
    reading2.revisions.push(idAt, this.at);
    if (this.#readName(names.version, end) === none) return false;
    const version = this.#readCount(end);
    if (version === none || this.#readName(names.txTime, end) === none) return false;
    reading2.versions.push(version);
    const clock = this.#readClock(end);
    if (clock === none || clock > reading2.clock || this.#readName(names.txId, end) === none) return false;
    const start = this.#readContent(8, end);
    const { transactionIdAt, transactionIdEnd } = reading2;
    const length = transactionIdEnd - transactionIdAt;
    return start !== none && this.at === end && end - start === length && this.isSame(start, transactionIdAt, length);
  }
  /** The documents of transactionInfo, which are all different, are those of the revisions. */
  #hasSameDocuments({ documents, revisions }) {
    if (documents.length !== revisions.length) return false;
    if (documents.every((_, index) => index % 2 === 1 || this.#isSameId(documents, revisions, index, index)))
      return true;
    if (documents.length > 2 * unorderedDocumentsMax) return false;
    const found = /* @__PURE__ */ new Set();
    for (let one = 0; one < revisions.length; one += 2) {
      for (let other = 0; other < documents.length; other += 2)
        if (this.#isSameId(documents, revisions, other, one)) found.add(other);
    }
    return found.size * 2 === documents.length;
  }
  #isSameId(documents, revisions, one, other) {
    const document = documents[one];
    const revision = revisions[other];
    const length = documents[one + 1] - document;
    return revisions[other + 1] - revision === length && this.isSame(document, revision, length);
  }
};
var shared;
function soundBlocks(blocks3) {
  shared ??= new SealedBlocks();
  return shared.check(blocks3);
}

// ../../hashprof/work/src/journal/verify.ts
var headFields = ["blockAddress", "transactionId", "blockTimestamp"];
function verifyBlock(block, options = {}) {
  const check = new BlockCheck(block);
  check.run(options);
  return check;
}
var BlockCheck = class {
  findings = [];
  uncovered = [];
  opaqueEntries = 0;
  opaqueRevisions = 0;
  uncheckedDigests = 0;
  coversHead = false;
  #block;
  /** Indexes of entriesHashList that have been explained. */
  #explained = /* @__PURE__ */ new Set();
  constructor(block) {
    this.#block = block;
  }
  run({ mustCoverHead = false, uncheckedRevisions = [] }) {
    const block = this.#block;
    this.#guard(() => this.#checkUnknown(block.ion, knownFields.block, ""));
    this.#guard(() => this.#checkUnknownInAddress(block.ion, "blockAddress"));
    this.#guard(() => this.#checkTransactionInfo());
    this.#guard(() => this.#checkRedactionInfo());
    this.#guard(() => this.#checkRevisions(uncheckedRevisions));
    this.#guard(() => this.#checkDocuments());
    this.#checkHead(mustCoverHead);
    this.#checkEntries();
    this.#expectHash("entries-hash", "entriesHash", block.entriesHash, rootOf(block.entriesHashList));
    const joined3 = joinHashes(block.entriesHash, block.previousBlockHash);
    this.#expectHash("block-hash", "blockHash", block.blockHash, joined3);
  }
  #checkHead(mustCoverHead) {
    const { blockAddress, transactionId, blockTimestamp } = this.#block;
    const head = ionHash(headOf(blockAddress, transactionId, blockTimestamp));
    this.coversHead = this.#explain(head);
    if (this.coversHead) return;
    this.uncovered.push(...headFields);
    if (!mustCoverHead) return;
    this.#find("head", `no entry is the hash of its head, expected ${toBase64(head)} for address, transaction and time`);
  }
  #checkTransactionInfo() {
    const info = this.#block.transactionInfo;
    if (info === void 0) return;
    const hash3 = ionHash(info.ion);
    if (!this.#explain(hash3)) {
      this.#find("transaction-info", `transactionInfo has the hash ${toBase64(hash3)}, expected an entry of that hash`);
    }
    info.statements.forEach(({ statement, statementDigest: statementDigest2 }, index) => {
      if (statement.includes("?")) {
        this.uncheckedDigests += 1;
        return;
      }
      const name = `the digest of statement ${index}`;
      this.#expectHash("statement-digest", name, statementDigest2, ionHashOfString(statement));
    });
  }
  #checkRedactionInfo() {
    const info = this.#block.redactionInfo;
    if (info === void 0) return;
    const hash3 = ionHash(info.ion);
    if (this.#explain(hash3)) return;
    this.#find("redaction-info", `redactionInfo has the hash ${toBase64(hash3)}, expected an entry of that hash`);
  }
  #checkRevisions(unchecked) {
    const { revisions } = this.#block;
    if (revisions === void 0) return;
    for (const [index, revision] of revisions.entries())
      this.#guard(() => this.#checkRevision(revision, index, !unchecked.includes(index)));
    const root = rootOf(revisions.map((revision) => revision.hash));
    if (revisions.length === 0 || this.#explain(root)) return;
    this.#find(
      "revisions-root",
      `its ${revisions.length} revisions have the root ${toBase64(root)}, expected an entry of that hash`
    );
  }
  #checkRevision(revision, index, checksHash) {
    const name = `revision ${index}`;
    const path = `revisions[${index}]`;
    this.#checkUnknown(revision.ion, knownFields.revision, `${path}.`);
    this.#checkUnknownInAddress(revision.ion, `${path}.blockAddress`);
    const { metadata, metadataIon } = revision;
    if (metadata === void 0 || metadataIon === void 0) {
      this.opaqueRevisions += 1;
      for (const field of ["blockAddress", "data", "dataHash"]) {
        if (revision.ion.get(field) !== void 0) this.uncovered.push(`${path}.${field}`);
      }
      return;
    }
    const { data, dataHash } = revision;
    if (data !== void 0 && dataHash !== void 0) {
      this.#find("revision-hash", `${name} has both data and dataHash, expected one of them`);
    }
    if (checksHash) {
      const expected2 = revisionHash(data, metadataIon, dataHash);
      this.#expectHash("revision-hash", `the hash of ${name}`, revision.hash, expected2);
    }
    const { blockAddress, transactionId, blockTimestamp } = this.#block;
    const { strandId, sequenceNo } = revision.blockAddress ?? {};
    if (strandId !== blockAddress.strandId || sequenceNo !== blockAddress.sequenceNo) {
      this.#find("revision-address", `${name} says it is of block ${sequenceNo} of strand '${strandId}'`);
    }
    if (metadata.txId !== transactionId) {
      this.#find(
        "revision-transaction",
        `${name} is of transaction '${metadata.txId}', expected the block's '${transactionId}'`
      );
    }
    if (compareInstants(instantOf(metadata.txTime), instantOf(blockTimestamp)) > 0) {
      this.#find("revision-time", `${name} has a txTime after the block's time`);
    }
  }
  /** The documents of transactionInfo and those of the revisions are the same; AWS's internal revisions have none. */
  #checkDocuments() {
    const { revisions, transactionInfo } = this.#block;
    if (transactionInfo === void 0) return;
    const ids = new Set((revisions ?? []).flatMap((revision) => revision.metadata?.id ?? []));
    const documents = transactionInfo.documents ?? /* @__PURE__ */ new Map();
    for (const id of ids) {
      if (!documents.has(id)) this.#find("documents", `document '${id}' has a revision but is not in transactionInfo`);
    }
    if (this.opaqueRevisions > 0) return;
    for (const id of documents.keys()) {
      if (!ids.has(id)) this.#find("documents", `document '${id}' is in transactionInfo but has no revision`);
    }
  }
  #checkEntries() {
    this.opaqueEntries = this.#block.entriesHashList.length - this.#explained.size;
    if (!this.coversHead) return;
    if (this.opaqueEntries > 0) {
      this.#find("unexplained-entry", `${this.opaqueEntries} of its entries belong to nothing in it, expected none`);
    }
    if (this.opaqueRevisions > 0) {
      this.#find("malformed", `${this.opaqueRevisions} of its revisions show only their hash, expected none`);
    }
  }
  #checkUnknown(ion, known, path) {
    for (const name of ion.names) if (!known.has(name)) this.uncovered.push(path + name);
  }
  #checkUnknownInAddress(ion, path) {
    const address = ion.get("blockAddress");
    if (address?.type === "struct") this.#checkUnknown(address, knownFields.address, `${path}.`);
  }
  /** Whether an entry that nothing else has explained is this hash. */
  #explain(hash3) {
    const index = this.#block.entriesHashList.findIndex(
      (entry, at) => !this.#explained.has(at) && equalBytes(entry, hash3)
    );
    if (index !== -1) this.#explained.add(index);
    return index !== -1;
  }
  #expectHash(code, name, found, expected2) {
    if (equalBytes(found, expected2)) return;
    this.#find(code, `${name} is ${toBase64(found)}, expected ${toBase64(expected2)}`);
  }
  #find(code, message) {
    this.findings.push(findingOf(code, this.#block, message));
  }
  #guard(check) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#find("malformed", error.message);
    }
  }
};
function findingOf(code, block, message) {
  const { sequenceNo } = block.blockAddress;
  return { code, sequenceNo, message: `block ${sequenceNo}: ${message}` };
}

// ../../hashprof/work/src/journal/verify-chain.ts
var ChainVerifier = class {
  #options;
  #tree = new RunningTree();
  #versions = /* @__PURE__ */ new Map();
  #redacted = /* @__PURE__ */ new Map();
  #redactionsAskedFor = /* @__PURE__ */ new Set();
  #isPartial = false;
  #mustCoverHead;
  #first;
  #last;
  constructor(options = {}) {
    this.#options = options;
    this.#mustCoverHead = options.mustCoverHeads ?? false;
  }
  /** What is wrong with the block or with its place after the one before. */
  add(block, uncheckedRevisions = []) {
    const report = verifyBlock(block, { mustCoverHead: this.#mustCoverHead, uncheckedRevisions });
    const findings = [...report.findings];
    this.#first ??= block;
    this.#checkPlace(block, findings);
    this.#checkVersions(block, findings);
    this.#mustCoverHead ||= report.coversHead;
    this.#last = block;
    this.#tree.append(block.blockHash);
    return { ...pickReport(report), findings };
  }
  /** Whether addSound may be asked: each block from the first on that covers its head must do so. */
  takesSound(block) {
    return block.coversHead || !this.#mustCoverHead;
  }
  /** As `add`, for a block that has been found sound by itself. */
  addSound(block) {
    const findings = [];
    this.#first ??= block;
    this.#checkPlace(block, findings);
    block.documentIds.forEach((id, index) => {
      this.#checkVersion(block, id, block.versions[index], findings);
    });
    const { coversHead: coversHead2, opaqueEntries, uncheckedDigests } = block;
    this.#mustCoverHead ||= coversHead2;
    this.#last = block;
    this.#tree.append(block.blockHash);
    const uncovered = coversHead2 ? [] : headFields;
    return { findings, uncovered, opaqueEntries, opaqueRevisions: 0, uncheckedDigests, coversHead: coversHead2 };
  }
  /** What can only be said after the last block: redacted revisions that no block so far asked to redact. */
  end() {
    const findings = [];
    for (const [place, { block, message }] of this.#redacted) {
      if (!this.#redactionsAskedFor.has(place)) findings.push(findingOf("redaction", block, message));
    }
    return findings;
  }
  /** The digest at the last block; undefined unless the blocks began with block 0. */
  digest() {
    return this.#first?.blockAddress.sequenceNo === 0 ? this.#tree.root() : void 0;
  }
  /** Whether there were more documents than `documentsMax`. */
  get isPartial() {
    return this.#isPartial;
  }
  get lastBlock() {
    return this.#last;
  }
  #checkPlace(block, findings) {
    const find = (code, message) => findings.push(findingOf(code, block, message));
    const { strandId, sequenceNo } = block.blockAddress;
    const last = this.#last;
    const expected2 = last?.blockHash ?? this.#options.previousBlockHash ?? (sequenceNo === 0 ? new Uint8Array(0) : void 0);
    if (expected2 !== void 0 && !equalBytes(block.previousBlockHash, expected2)) {
      const found = toBase64(block.previousBlockHash);
      find("previous-hash", `previousBlockHash is '${found}', expected '${toBase64(expected2)}'`);
    }
    if (last === void 0) return;
    const { blockAddress } = last;
    if (strandId !== blockAddress.strandId) {
      find("strand", `it is of strand '${strandId}', expected '${blockAddress.strandId}'`);
    }
    if (sequenceNo !== blockAddress.sequenceNo + 1) find("gap", `it comes after block ${blockAddress.sequenceNo}`);
    if (isEarlier(block, last)) {
      find("block-time", `its time is before that of block ${blockAddress.sequenceNo}`);
    }
  }
  /** A document's versions rise by one, from 0 on when the journal is there from its beginning. */
  #checkVersions(block, findings) {
    try {
      for (const revision of block.revisions ?? []) {
        const { metadata, dataHash } = revision;
        if (metadata === void 0) continue;
        const { id, version } = metadata;
        this.#checkVersion(block, id, version, findings);
        if (dataHash !== void 0) {
          const message = `version ${version} of document '${id}' is redacted, but no block asked for it`;
          this.#redacted.set(placeOf2(block.blockAddress.sequenceNo, id), { block, message });
        }
      }
      for (const redacted of block.redactionInfo?.revisions ?? []) this.#noteRedaction(redacted, block, findings);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
    }
  }
  #checkVersion(block, id, version, findings) {
    const isWhole = this.#first?.blockAddress.sequenceNo === 0 && !this.#isPartial;
    const before = this.#versions.get(id) ?? (isWhole ? -1 : void 0);
    if (before !== void 0 && version !== before + 1) {
      const message = `document '${id}' has version ${version}, expected ${before + 1}`;
      findings.push(findingOf("revision-version", block, message));
    }
    this.#follow(id, version);
  }
  #follow(documentId, version) {
    const { documentsMax = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#versions.has(documentId)) this.#versions.set(documentId, version);
    else if (this.#versions.size < documentsMax) this.#versions.set(ownText(documentId), version);
    else this.#isPartial = true;
  }
  /** This program takes the data out with the very commit that asks for it; AWS did so some time later. */
  #noteRedaction(redacted, block, findings) {
    const place = placeOfRedacted(redacted);
    this.#redactionsAskedFor.add(place);
    const { documentId, version, blockAddress } = redacted;
    const isSeen = blockAddress.sequenceNo >= (this.#first?.blockAddress.sequenceNo ?? 0);
    if (!this.#mustCoverHead || !isSeen || this.#redacted.has(place)) return;
    const text2 = `version ${version} of document '${documentId}' in block ${blockAddress.sequenceNo}`;
    findings.push(findingOf("redaction", block, `it redacted ${text2}, whose data is there all the same`));
  }
};
function isEarlier(block, other) {
  if (block.clock !== void 0 && other.clock !== void 0) return block.clock < other.clock;
  return compareInstants(instantOf(block.blockTimestamp), instantOf(other.blockTimestamp)) < 0;
}
function placeOf2(sequenceNo, documentId) {
  return ownText(`${sequenceNo} ${documentId}`);
}
function placeOfRedacted({ blockAddress, documentId }) {
  return placeOf2(blockAddress.sequenceNo, documentId);
}
function pickReport(report) {
  const { findings, uncovered, opaqueEntries, opaqueRevisions, uncheckedDigests, coversHead: coversHead2 } = report;
  return { findings, uncovered, opaqueEntries, opaqueRevisions, uncheckedDigests, coversHead: coversHead2 };
}

// ../../hashprof/work/src/journal/journal-check.ts
function checkable({ bytes, uncheckedRevisions }) {
  return uncheckedRevisions.length > 0 ? void 0 : bytes;
}
function* windowsOf(blocks3) {
  let window = [];
  let bytes = 0;
  for (const block of blocks3) {
    window.push(block);
    bytes += block.bytes?.length ?? 0;
    if (window.length < windowBlocksMax && bytes < windowBytesMax) continue;
    yield window;
    window = [];
    bytes = 0;
  }
  if (window.length > 0) yield window;
}
var JournalCheck = class {
  findings = [];
  findingCount = 0;
  blocks = 0;
  bytes = 0;
  revisions = 0;
  redactedRevisions = 0;
  opaqueEntries = 0;
  opaqueRevisions = 0;
  uncheckedDigests = 0;
  first;
  last;
  #strandId;
  #saved;
  #uncovered = /* @__PURE__ */ new Set();
  #chain;
  constructor({ strandId, first, last, saved = [], mustCoverHeads }) {
    this.#strandId = strandId;
    this.#saved = saved;
    this.first = first;
    this.last = last;
    this.#chain = new ChainVerifier({ mustCoverHeads });
    if (last < first) this.#find("gap", Math.max(0, first), "there is no block");
  }
  get digest() {
    return this.#chain.digest() ?? new Uint8Array(0);
  }
  get tipAddress() {
    return this.#chain.lastBlock?.blockAddress;
  }
  get uncovered() {
    return [...this.#uncovered];
  }
  /** Checks blocks as they are stored, in their order; `sound` is what soundBlocks says of what is checkable. */
  addStored(blocks3, sound = soundBlocks(blocks3.map(checkable))) {
    for (const [index, block] of blocks3.entries()) {
      const found = sound[index];
      if (found === void 0 || !this.#chain.takesSound(found)) this.#addStored(block);
      else this.#addSound(block.sequenceNo, found, block.bytes?.length ?? 0);
    }
  }
  #addStored({ sequenceNo, bytes, uncheckedRevisions }) {
    if (bytes === void 0) {
      this.blocks += 1;
      this.#find("gap", sequenceNo, "it is missing");
      return;
    }
    this.bytes += bytes.length;
    const before = this.findingCount;
    const read = () => decodeBlock(bytes);
    const block = this.add(sequenceNo, read, uncheckedRevisions);
    if (this.findingCount === before && block !== void 0 && !equalBytes(encodeBlock(block), bytes)) {
      this.#find("encoding", sequenceNo, "its bytes are not those that its content is stored in");
    }
  }
  #addSound(sequenceNo, block, byteLength) {
    this.blocks += 1;
    this.bytes += byteLength;
    this.#checkPlace(sequenceNo, block.blockAddress);
    this.#note(sequenceNo, this.#chain.addSound(block));
    this.revisions += block.versions.length;
    this.#checkSaved(sequenceNo);
  }
  /** Checks a block and gives it back; LedgerError that `read` throws is a finding. */
  add(sequenceNo, read, uncheckedRevisions = []) {
    this.blocks += 1;
    let block;
    try {
      block = read();
      this.#addBlock(sequenceNo, block, uncheckedRevisions);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#find("malformed", sequenceNo, error.message);
    }
    this.#checkSaved(sequenceNo);
    return block;
  }
  /** What can only be said after the last block. */
  end() {
    for (const finding of this.#chain.end()) this.#keep(finding);
    for (const { digestTipAddress } of this.#saved) {
      const { sequenceNo, strandId } = digestTipAddress;
      if (strandId !== this.#strandId) {
        this.#find("digest", this.last, `a saved digest is of another ledger: strand '${strandId}'`);
      } else if (sequenceNo > this.last) {
        const text2 = `a saved digest is of block ${sequenceNo}, but the journal ends with block ${this.last}`;
        this.#find("digest", this.last, text2);
      }
    }
  }
  #addBlock(sequenceNo, block, uncheckedRevisions) {
    this.#checkPlace(sequenceNo, block.blockAddress);
    const report = this.#chain.add(block, uncheckedRevisions);
    this.#count(block);
    this.#note(sequenceNo, report);
  }
  #note(sequenceNo, report) {
    for (const finding of report.findings) this.#keep(finding);
    this.opaqueEntries += report.opaqueEntries;
    this.opaqueRevisions += report.opaqueRevisions;
    this.uncheckedDigests += report.uncheckedDigests;
    for (const field of report.uncovered) {
      if (report.coversHead) this.#find("malformed", sequenceNo, `it has a field '${field}', which no block has`);
      this.#uncovered.add(field.replace(/\[\d+\]/g, ""));
    }
  }
  #checkPlace(sequenceNo, { strandId, sequenceNo: found }) {
    if (found !== sequenceNo) this.#find("gap", sequenceNo, `the block in its place says that it is block ${found}`);
    if (sequenceNo === this.first && strandId !== this.#strandId) {
      this.#find("strand", sequenceNo, `it is of strand '${strandId}', the ledger's is '${this.#strandId}'`);
    }
  }
  #count(block) {
    const { revisions = [] } = block;
    this.revisions += revisions.length;
    for (const { dataHash } of revisions) if (dataHash !== void 0) this.redactedRevisions += 1;
  }
  #checkSaved(sequenceNo) {
    for (const { digest, digestTipAddress } of this.#saved) {
      if (digestTipAddress.sequenceNo !== sequenceNo || digestTipAddress.strandId !== this.#strandId) continue;
      const found = this.digest;
      if (equalBytes(found, digest)) continue;
      const text2 = `the digest over blocks 0 to ${sequenceNo} is ${toBase64(found)}, the saved one ${toBase64(digest)}`;
      this.#find("digest", sequenceNo, text2);
    }
  }
  #find(code, sequenceNo, message) {
    this.#keep({ code, sequenceNo, message: `block ${sequenceNo}: ${message}` });
  }
  #keep(finding) {
    this.findingCount += 1;
    if (this.findings.length < reportFindingsMax) this.findings.push(finding);
  }
};

// ../../hashprof/work/src/ledger/verify-ledger.ts
function verifyLedger(store2, onBlock = () => {
}) {
  const snapshot = store2.snapshot();
  try {
    const check = checkOf(snapshot, identityOf(snapshot));
    for (const window of windowsOf(storedBlocks(snapshot, check, onBlock))) check.addStored(window);
    check.end();
    return check;
  } finally {
    snapshot.release();
  }
}
function checkOf(snapshot, { strandId, origin }, saved = []) {
  const first = Math.max(0, endBlock(snapshot, false));
  const last = endBlock(snapshot, true);
  return new JournalCheck({ strandId, first, last, saved, mustCoverHeads: origin === void 0 });
}
function* storedBlocks(snapshot, { first, last }, onBlock = () => {
}) {
  const [hasDoubts] = snapshot.range({ start: doubtKey(first, 0), end: doubtKey(last + 1, 0) });
  for (let sequenceNo = first; sequenceNo <= last; sequenceNo += 1) {
    onBlock(sequenceNo);
    const uncheckedRevisions = hasDoubts === void 0 ? [] : doubtsOf(snapshot, sequenceNo);
    yield { sequenceNo, bytes: snapshot.get(blockKey(sequenceNo)), uncheckedRevisions };
  }
}
function endBlock(snapshot, reverse) {
  for (const [key2] of snapshot.range({ ...blocksRange, reverse })) return sequenceOfBlockKey(key2);
  return -1;
}
function identityOf(snapshot) {
  const identity = readIdentity(snapshot);
  if (identity === void 0) throw new LedgerError("ledger/foreign", "the store holds no ledger");
  return identity;
}

// ../../hashprof/work/src/ledger/ledger.ts
var Ledger = class _Ledger {
  #core;
  constructor(core) {
    this.#core = core;
  }
  /**
   * Opens the store's ledger; makes one in an empty store. Blocks that the derived data does not account for, as after
   * an interrupted rebuild, are applied first.
   *
   * Throws LedgerError 'ledger/invalid-name', 'ledger/foreign' when the store holds something else or a ledger of
   * another name, 'ledger/format-too-new', and the store's errors.
   */
  static async open(store2, env, options) {
    checkLedgerName(options.name);
    const found = readNow(store2, readIdentity) ?? await store2.write((t) => create(t, env, options.name));
    const identity = await withJournalReads(store2, found, options);
    if (identity.name !== options.name)
      throw new LedgerError("ledger/foreign", `the store holds the ledger '${identity.name}', not '${options.name}'`);
    if (identity.origin?.state === "running") {
      throw new LedgerError("ledger/incomplete", `the import into ledger '${identity.name}' has not come to its end`, {
        help: "run the same 'qldb import' again to go on with it, or remove the ledger's directory"
      });
    }
    await applyMissingBlocks(store2);
    const { strictQldb, typing = "permissive", quotas } = options;
    return new _Ledger({
      store: store2,
      env,
      options,
      quotas: quotasOf(strictQldb, quotas),
      identity,
      symbols: new LedgerSymbols(),
      catalogs: new CatalogCache(),
      prepared: new PreparedStatements({ strictQldb, typing, checkCall })
    });
  }
  get name() {
    return this.#core.identity.name;
  }
  /** The id of the ledger's only strand, which every block address names. */
  get strandId() {
    return this.#core.identity.strandId;
  }
  begin() {
    return new LedgerTransaction(this.#core);
  }
  /** The hash over all blocks so far and the address of the last of them (GetDigest). */
  digest() {
    return readNow(this.#core.store, (snapshot) => {
      const tipAddress = { strandId: this.strandId, sequenceNo: stateOf(snapshot).tip };
      this.#checkWhole();
      return { digest: digestAt(treeNodes(snapshot), tipAddress).digest, tipAddress };
    });
  }
  /** The address of the newest block. */
  tip() {
    return readNow(this.#core.store, (snapshot) => ({ strandId: this.strandId, sequenceNo: stateOf(snapshot).tip }));
  }
  /** A block in the shape of GetBlock and of exports. Throws LedgerError 'journal/gap' when there is none. */
  block(sequenceNo) {
    return readNow(this.#core.store, (snapshot) => blockToIon(readBlock(snapshot, sequenceNo)));
  }
  /**
   * GetBlock's proof: from the block's hash to the digest at `tipSequenceNo`. Throws LedgerError 'journal/gap' when
   * there is no such block, or no such tip not before it.
   */
  blockProof(sequenceNo, tipSequenceNo) {
    return readNow(this.#core.store, (snapshot) => {
      checkTip(stateOf(snapshot), sequenceNo, tipSequenceNo);
      this.#checkWhole();
      return blockProof(treeNodes(snapshot), sequenceNo, tipSequenceNo);
    });
  }
  /**
   * GetRevision: a document's revision in a block, in the shape of the committed view, and its proof; undefined when
   * the block has none of that document. Throws as blockProof.
   */
  revision(sequenceNo, documentId, tipSequenceNo) {
    return readNow(this.#core.store, (snapshot) => {
      checkTip(stateOf(snapshot), sequenceNo, tipSequenceNo);
      this.#checkWhole();
      const block = readBlock(snapshot, sequenceNo);
      const position2 = block.revisions?.findIndex(({ metadata }) => metadata?.id === documentId) ?? -1;
      if (position2 === -1) return void 0;
      const proof = revisionProof(treeNodes(snapshot), block, position2, tipSequenceNo);
      if (proof === void 0)
        throw new LedgerError("journal/hash-mismatch", `no entry of block ${sequenceNo} is the root of its revisions`, {
          help: "'qldb verify' tells what was changed"
        });
      return { revision: revisionRow(block, position2).value, proof };
    });
  }
  /** Checks the whole journal (verify-ledger.ts). */
  verify(onBlock) {
    return verifyLedger(this.#core.store, onBlock);
  }
  /** Where the ledger was imported from; undefined for one that was made here. */
  get origin() {
    return this.#core.identity.origin;
  }
  /** Digests and proofs need every block from 0 on. */
  #checkWhole() {
    const first = this.#core.identity.origin?.firstSequenceNo ?? 0;
    if (first === 0) return;
    throw new LedgerError("journal/gap", `the ledger was imported from block ${first} on, so it has no digest`, {
      help: "a digest covers all blocks from 0 on; import the earlier exports, too"
    });
  }
  /** Closes the store; open transactions fail from then on. */
  async close() {
    await this.#core.store.close();
  }
};
function checkLedgerName(name) {
  const pattern = /^(?!.*--)(?![0-9]+$)(?!-)(?!.*-$)[A-Za-z0-9-]+$/;
  if (name.length <= ledgerNameCharactersMax && pattern.test(name)) return;
  throw new LedgerError("ledger/invalid-name", `'${name}' can't name a ledger`, {
    help: `1 to ${ledgerNameCharactersMax} letters, digits and single hyphens, no hyphen at an end, not digits alone`
  });
}
function checkTip({ tip }, sequenceNo, tipSequenceNo) {
  if (sequenceNo >= 0 && sequenceNo <= tipSequenceNo && tipSequenceNo <= tip) return;
  throw new LedgerError(
    "journal/gap",
    `no block ${sequenceNo} in a digest at block ${tipSequenceNo}; the tip is ${tip}`
  );
}
function readNow(store2, read) {
  const snapshot = store2.snapshot();
  try {
    return read(snapshot);
  } finally {
    snapshot.release();
  }
}
async function withJournalReads(store2, found, { name, journalReads }) {
  const isAsWanted = journalReads === void 0 || journalReads === (found.journalReads ?? false);
  if (isAsWanted || found.name !== name) return found;
  return await store2.write((transaction) => {
    const { format, strandId, origin } = readIdentity(transaction) ?? found;
    const identity = {
      format,
      name,
      strandId,
      ...journalReads ? { journalReads } : {},
      ...origin === void 0 ? {} : { origin }
    };
    transaction.put(identityKey, encodeIdentity(identity));
    return identity;
  });
}
function create(transaction, env, name) {
  const found = readIdentity(transaction);
  if (found !== void 0) return found;
  const identity = { format: formatVersion, name, strandId: newId(env) };
  const genesis = sealBlock(
    { strandId: identity.strandId, transactionId: newId(env), blockTimestamp: timestampFromMs(env.nowMs()) },
    void 0
  );
  transaction.put(identityKey, encodeIdentity(identity));
  transaction.put(blockKey(0), encodeBlock(genesis));
  return identity;
}

// ../../hashprof/work/src/store/lmdb-store.ts
import { closeSync as closeSync2, fsyncSync, openSync as openSync2 } from "node:fs";
import { dirname as dirname2, join as join2, resolve } from "node:path";
import { ABORT, open } from "lmdb";

// ../../hashprof/work/src/store/lmdb-cursor.ts
var callerKeys = 1;
var formatKey = new Uint8Array(0);
var storeKeys = {
  writeKey(key2, target, start) {
    target[start] = key2 === formatKey ? 0 : callerKeys;
    target.set(key2, start + 1);
    return start + 1 + key2.length;
  },
  readKey(source, start, end) {
    if (reading === void 0) return Uint8Array.prototype.slice.call(source, start + 1, end);
    reading.takeKey(source, start + 1, end);
    return formatKey;
  }
};
var reading;
var firstChunkBytes = 2048;
var LmdbCursor = class {
  #database;
  #rows;
  #finish;
  #failure;
  #keyBytes = Buffer.allocUnsafeSlow(64);
  #keyEnd = 0;
  #chunkBytes = firstChunkBytes / 2;
  bytes = formatKey;
  start = 0;
  end = 0;
  /** `finish` is called by `close`; `failure` makes what is thrown of an error of the library. */
  constructor(database, rows, finish, failure) {
    this.#database = database;
    this.#rows = rows;
    this.#finish = finish;
    this.#failure = failure;
  }
  next() {
    const database = this.#database;
    const { decoder, decoderCopies } = database;
    database.decoder = this;
    database.decoderCopies = true;
    reading = this;
    try {
      return this.#rows.next().done !== true;
    } catch (error) {
      throw this.#failure(error);
    } finally {
      reading = void 0;
      database.decoder = decoder;
      database.decoderCopies = decoderCopies;
    }
  }
  key() {
    return Uint8Array.prototype.slice.call(this.#keyBytes, 0, this.#keyEnd);
  }
  close() {
    this.#finish(this.#rows);
  }
  /** Called by the library. */
  decode(source, size) {
    let at = this.end;
    if (at + size > this.bytes.length) {
      this.#startChunk(size);
      at = 0;
    }
    this.bytes.set(new Uint8Array(source.buffer, source.byteOffset, size), at);
    this.start = at;
    this.end = at + size;
  }
  takeKey(source, start, end) {
    if (end - start > this.#keyBytes.length) this.#keyBytes = Buffer.allocUnsafeSlow(end - start);
    const bytes = this.#keyBytes;
    for (let at = start; at < end; at += 1) bytes[at - start] = source[at];
    this.#keyEnd = end - start;
  }
  /** Chunks grow from one to the next, so that a small table costs little. */
  #startChunk(size) {
    this.#chunkBytes = Math.min(this.#chunkBytes * 2, cursorChunkBytesMax);
    this.bytes = Buffer.allocUnsafeSlow(Math.max(this.#chunkBytes, size));
  }
};

// ../../hashprof/work/src/store/lmdb-files.ts
import { existsSync, mkdirSync, readdirSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

// ../../hashprof/work/src/store/lmdb-pages.ts
import { closeSync, fstatSync, ftruncateSync, openSync, readSync as readSync2 } from "node:fs";

// ../../hashprof/work/src/store/lmdb-walk.ts
import { readSync } from "node:fs";
function walkPages(handle, state2, pagesMax = Number.POSITIVE_INFINITY) {
  const walk = new PageWalk(handle, state2, pagesMax);
  try {
    for (const isMain of [false, true]) if (!walk.walk(isMain)) return void 0;
    walk.checkFreePages();
    return void 0;
  } catch (error) {
    if (error instanceof FaultFound) return error.fault;
    throw error;
  }
}
var beyondTheEnd = "the file ends before it does";
var header = { transactionAt: 8, flagsAt: 18, lowerAt: 20, upperAt: 22, overflowPagesAt: 20, bytes: 24 };
var branchFlag = 1;
var leafFlag = 2;
var overflowFlag = 4;
var nodeHeaderBytes = 8;
var bigDataFlag = 1;
var bigReferenceBytes = 24;
var firstTreePage = 2;
var FaultFound = class extends Error {
  fault;
  constructor(page, what) {
    super(what);
    this.fault = { page, what };
  }
};
var PageWalk = class {
  #handle;
  #state;
  #isWhole;
  #used = /* @__PURE__ */ new Set();
  #free = [];
  #pagesLeft;
  constructor(handle, state2, pagesMax) {
    this.#handle = handle;
    this.#state = state2;
    this.#pagesLeft = pagesMax;
    this.#isWhole = pagesMax === Number.POSITIVE_INFINITY;
  }
  /** False when the bound was reached. */
  walk(isMain) {
    const tree2 = isMain ? this.#state.main : this.#state.free;
    if (tree2.root === -1) return true;
    const found = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    let level = [tree2.root];
    for (let depth = 1; depth <= tree2.depth; depth += 1) {
      const isLeaf = depth === tree2.depth;
      const next = [];
      for (const number of level) {
        this.#pagesLeft -= 1;
        if (this.#pagesLeft < 0) return false;
        const page = this.#page(number, isLeaf ? leafFlag : branchFlag);
        for (const node of this.#nodes(page, number)) {
          if (!isLeaf) next.push(page.readUIntLE(node, 6));
          else found.overflowPages += this.#leafNode(page, number, node, isMain);
        }
        if (isLeaf) found.entries += entriesOf(page);
        if (this.#isWhole && isMain) checkOrder(page, number, isLeaf);
      }
      found[isLeaf ? "leafPages" : "branchPages"] += level.length;
      level = next;
    }
    if (!this.#isWhole) return true;
    for (const name of ["branchPages", "leafPages", "overflowPages", "entries"]) {
      if (found[name] !== tree2[name])
        throw new FaultFound(tree2.root, `the tree below it has ${found[name]} ${words[name]}, expected ${tree2[name]}`);
    }
    return true;
  }
  /** No page may be listed as free that is in use: it would be written over. */
  checkFreePages() {
    if (!this.#isWhole) return;
    for (const page of this.#free) {
      if (page < firstTreePage || page > this.#state.lastPage) {
        throw new FaultFound(page, `it is listed as free, but the last page is ${this.#state.lastPage}`);
      }
      if (this.#used.has(page)) throw new FaultFound(page, "it is listed as free, but in use");
      this.#used.add(page);
    }
    const { lastPage } = this.#state;
    const [found, expected2] = [firstTreePage + this.#used.size, lastPage + 1];
    if (found === expected2) return;
    throw new FaultFound(
      lastPage,
      `it is the last page, so there are ${expected2}, of which ${found} are in use or free`
    );
  }
  #page(number, kind) {
    this.#claim(number, 1);
    const { pageBytes: pageBytes2, transaction } = this.#state;
    const page = this.#read(number, pageBytes2);
    const found = Number(page.readBigUInt64LE(0));
    if (found !== number) throw new FaultFound(number, `it says that it is page ${found}`);
    const written = Number(page.readBigUInt64LE(header.transactionAt));
    if (written > transaction) {
      throw new FaultFound(number, `it is of transaction ${written}, the newest is ${transaction}`);
    }
    const flags = page.readUInt16LE(header.flagsAt);
    if (flags !== kind) throw new FaultFound(number, `its kind is ${flags}, expected ${kind}`);
    return page;
  }
  /** Offsets of the page's nodes, each with its header within the page. */
  #nodes(page, number) {
    const lower = page.readUInt16LE(header.lowerAt);
    const upper = page.readUInt16LE(header.upperAt);
    if (lower === 0 || lower % 2 !== 0 || lower > upper || header.bytes + upper > page.length) {
      throw new FaultFound(number, `its free space is ${lower} to ${upper}`);
    }
    const nodes = [];
    for (let at = header.bytes; at < header.bytes + lower; at += 2) {
      const offset = page.readUInt16LE(at);
      const node = header.bytes + offset;
      if (offset < upper || node + nodeHeaderBytes + keyBytes(page, node) > page.length) {
        throw new FaultFound(number, `entry ${nodes.length} is at ${offset}`);
      }
      nodes.push(node);
    }
    return nodes;
  }
  /** Checks a leaf's entry; returns how many overflow pages it has. */
  #leafNode(page, number, node, isMain) {
    const bytes = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const valueAt = node + nodeHeaderBytes + keyBytes(page, node);
    const isBig = flags === bigDataFlag;
    if (flags !== 0 && !isBig) throw new FaultFound(number, `an entry has the flags ${flags}`);
    if (valueAt + (isBig ? bigReferenceBytes : bytes) > page.length) {
      throw new FaultFound(number, `an entry of ${bytes} bytes goes beyond the page`);
    }
    if (isBig) return this.#overflow(page, number, valueAt, bytes, isMain);
    if (!isMain && this.#isWhole) this.#noteFree(page.subarray(valueAt, valueAt + bytes), number);
    return 0;
  }
  #overflow(page, number, valueAt, bytes, isMain) {
    const first = Number(page.readBigUInt64LE(valueAt));
    const count = Number(page.readBigUInt64LE(valueAt + 16));
    const { pageBytes: pageBytes2 } = this.#state;
    if (count < 1 || header.bytes + bytes > count * pageBytes2) {
      throw new FaultFound(number, `an entry of ${bytes} bytes has ${count} pages of its own`);
    }
    this.#claim(first, count);
    const start = this.#read(first, header.bytes);
    const found = {
      number: Number(start.readBigUInt64LE(0)),
      flags: start.readUInt16LE(header.flagsAt),
      count: start.readUInt32LE(header.overflowPagesAt)
    };
    if (found.number !== first) throw new FaultFound(first, `it says that it is page ${found.number}`);
    if (found.flags !== overflowFlag || found.count !== count) {
      throw new FaultFound(first, `it has the flags ${found.flags} and ${found.count} pages, expected 4 and ${count}`);
    }
    if (!isMain && this.#isWhole) {
      const list2 = this.#read(first, header.bytes + bytes);
      this.#noteFree(list2.subarray(header.bytes), first);
    }
    return count;
  }
  /** A list of free pages: how many words follow; a page, or minus a count and the first page of that many; 0 is a gap. */
  #noteFree(list2, number) {
    const words2 = list2.length >> 3;
    const count = words2 === 0 ? -1 : Number(list2.readBigInt64LE(0));
    if (count < 0 || count >= words2) throw new FaultFound(number, `a list of free pages has ${count} entries`);
    for (let at = 1; at <= count; at += 1) {
      const entry = Number(list2.readBigInt64LE(at * 8));
      if (entry > 0) this.#free.push(entry);
      if (entry >= 0) continue;
      at += 1;
      if (at > count || -entry > this.#state.lastPage) {
        throw new FaultFound(number, `a list of free pages has a run of ${-entry}`);
      }
      const first = Number(list2.readBigInt64LE(at * 8));
      for (let page = first; page < first - entry; page += 1) this.#free.push(page);
    }
  }
  #claim(first, count) {
    if (first < firstTreePage || first + count - 1 > this.#state.lastPage) {
      throw new FaultFound(first, `it is referred to, but the last page is ${this.#state.lastPage}`);
    }
    if ((first + count) * this.#state.pageBytes > this.#state.fileBytes) throw new FaultFound(first, beyondTheEnd);
    if (this.#used.has(first)) throw new FaultFound(first, "it is referred to twice");
    for (let page = first; page < first + (this.#isWhole ? count : 1); page += 1) this.#used.add(page);
  }
  #read(number, count) {
    const bytes = Buffer.allocUnsafe(count);
    const found = readSync(this.#handle, bytes, 0, count, number * this.#state.pageBytes);
    if (found < count) throw new FaultFound(number, beyondTheEnd);
    return bytes;
  }
};
var words = {
  branchPages: "branch pages",
  leafPages: "leaf pages",
  overflowPages: "pages of large values",
  entries: "entries"
};
function keyBytes(page, node) {
  return node + nodeHeaderBytes > page.length ? page.length : page.readUInt16LE(node + 6);
}
function entriesOf(page) {
  return page.readUInt16LE(header.lowerAt) >> 1;
}
function checkOrder(page, number, isLeaf) {
  let last;
  for (let index = isLeaf ? 0 : 1; index < entriesOf(page); index += 1) {
    const node = header.bytes + page.readUInt16LE(header.bytes + 2 * index);
    const key2 = page.subarray(node + nodeHeaderBytes, node + nodeHeaderBytes + keyBytes(page, node));
    if (last !== void 0 && Buffer.compare(last, key2) >= 0) {
      throw new FaultFound(number, `the key of entry ${index} is not above the one before`);
    }
    last = key2;
  }
}

// ../../hashprof/work/src/store/lmdb-pages.ts
var meta = {
  flagsAt: 18,
  magicAt: 24,
  versionAt: 28,
  freeTreeAt: 48,
  mainTreeAt: 96,
  lastPageAt: 144,
  transactionAt: 152,
  bytes: 168
};
var tree = {
  flagsAt: 4,
  depthAt: 6,
  branchPagesAt: 8,
  leafPagesAt: 16,
  overflowPagesAt: 24,
  entriesAt: 32,
  rootAt: 40
};
var pageBytesAt = 48;
var lmdbMagic = 3203383518;
var lmdbVersion = 2;
var metaFlag = 8;
var integerKeyFlag = 8;
var otherModeFlag = 4096;
var noPage = 0xffffffffffffffffn;
var treeDepthMax = 32;
function inspectDataFile(path) {
  return withFile(path, "r", inspect);
}
function findDamage(path) {
  return withFile(path, "r", (handle) => {
    const state2 = newestState(handle);
    return "what" in state2 ? state2 : walkPages(handle, state2);
  });
}
function extendDataFile(path) {
  withFile(path, "r+", (handle) => {
    const state2 = newestState(handle);
    if ("what" in state2) return;
    const bytesNeeded = (state2.lastPage + 1) * state2.pageBytes;
    if (state2.fileBytes < bytesNeeded) ftruncateSync(handle, bytesNeeded);
  });
}
function inspect(handle) {
  const first = readAt(handle, 0, meta.bytes);
  if (first.length < meta.bytes || first.readUInt32LE(meta.magicAt) !== lmdbMagic) {
    return { kind: "foreign", start: first.subarray(0, 16) };
  }
  const version = first.readUInt32LE(meta.versionAt) & 65535;
  if (version !== lmdbVersion) return { kind: "other-version", found: version, expected: lmdbVersion };
  const metas = [first, readAt(handle, pageBytesOf(first), meta.bytes)];
  const foundBytes = fstatSync(handle).size;
  if (metas[1].length < meta.bytes) return { kind: "cut", foundBytes, expectedBytes: 2 * pageBytesOf(first) };
  for (; ; ) {
    const state2 = newestState(handle);
    if ("what" in state2) return { kind: "damaged", ...state2 };
    const expectedBytes = (state2.lastPage + 1) * state2.pageBytes;
    const isShort = state2.fileBytes < expectedBytes;
    const fault = walkPages(handle, state2, isShort ? void 0 : storePagesCheckedMax);
    if (fault === void 0) return { kind: "whole" };
    const now = newestState(handle);
    const isStill = "what" in now || now.transaction === state2.transaction;
    if (!isStill) continue;
    if (isShort || fault.what === beyondTheEnd) return { kind: "cut", foundBytes: state2.fileBytes, expectedBytes };
    return { kind: "damaged", ...fault };
  }
}
function newestState(handle) {
  const first = readAt(handle, 0, meta.bytes);
  const pageBytes2 = first.length < meta.bytes ? 0 : pageBytesOf(first);
  if (pageBytes2 < 512 || pageBytes2 > 65536) return { page: 0, what: `it says that pages have ${pageBytes2} bytes` };
  const second = readAt(handle, pageBytes2, meta.bytes);
  if (second.length < meta.bytes) return { page: 1, what: beyondTheEnd };
  const transactions = [first, second].map((bytes) => Number(bytes.readBigUInt64LE(meta.transactionAt)));
  const [even, odd] = transactions;
  if (even + odd > 0 && (even % 2 !== 0 || odd % 2 !== 1 || Math.abs(even - odd) !== 1)) {
    return { page: even > odd ? 0 : 1, what: `the two states are of the transactions ${even} and ${odd}` };
  }
  const page = odd > even ? 1 : 0;
  return stateOf2(page === 1 ? second : first, page, pageBytes2, fstatSync(handle).size);
}
function stateOf2(bytes, page, pageBytes2, fileBytes) {
  const number = Number(bytes.readBigUInt64LE(0));
  const lastPage = Number(bytes.readBigUInt64LE(meta.lastPageAt));
  const kinds2 = [
    bytes.readUInt16LE(meta.flagsAt),
    bytes.readUInt32LE(meta.magicAt) === lmdbMagic,
    // Other programs' files may say here that they were written in another mode; they are told apart later.
    bytes.readUInt16LE(meta.freeTreeAt + tree.flagsAt) & ~otherModeFlag,
    bytes.readUInt16LE(meta.mainTreeAt + tree.flagsAt)
  ].join();
  if (number !== page || kinds2 !== [metaFlag, true, integerKeyFlag, 0].join()) {
    return { page, what: `it is no state of a ledger's file: number ${number}, kinds ${kinds2}` };
  }
  const [free, main] = [treeAt(bytes, meta.freeTreeAt), treeAt(bytes, meta.mainTreeAt)];
  if (lastPage < 1 || (lastPage + 1) * pageBytes2 > storeMapBytes) {
    return { page, what: `it says that the last page is ${lastPage}` };
  }
  for (const { root, depth } of [free, main]) {
    if (depth > treeDepthMax || root === -1 !== (depth === 0)) {
      return { page, what: `a tree has its root at page ${root} and ${depth} levels` };
    }
  }
  const transaction = Number(bytes.readBigUInt64LE(meta.transactionAt));
  return { transaction, pageBytes: pageBytes2, lastPage, fileBytes, free, main };
}
function treeAt(bytes, at) {
  const root = bytes.readBigUInt64LE(at + tree.rootAt);
  const numberAt2 = (offset) => Number(bytes.readBigUInt64LE(at + offset));
  return {
    depth: bytes.readUInt16LE(at + tree.depthAt),
    branchPages: numberAt2(tree.branchPagesAt),
    leafPages: numberAt2(tree.leafPagesAt),
    overflowPages: numberAt2(tree.overflowPagesAt),
    entries: numberAt2(tree.entriesAt),
    root: root === noPage ? -1 : Number(root)
  };
}
function pageBytesOf(first) {
  return first.readUInt32LE(pageBytesAt);
}
function withFile(path, flags, use) {
  const handle = openSync(path, flags);
  try {
    return use(handle);
  } finally {
    closeSync(handle);
  }
}
function readAt(handle, position2, count) {
  const bytes = Buffer.alloc(count);
  return bytes.subarray(0, readSync2(handle, bytes, 0, count, position2));
}

// ../../hashprof/work/src/store/lmdb-files.ts
var dataFileName = "data.mdb";
var lockFileName = "lock.mdb";
function checkDirectory(directory) {
  const info = statOrUndefined(directory, directory);
  if (info === void 0) return true;
  if (!info.isDirectory()) {
    throw new LedgerError("store/unavailable", `'${directory}' is a file, expected a ledger's directory`);
  }
  const dataFile = join(directory, dataFileName);
  const data = statOrUndefined(dataFile, directory);
  if (data === void 0) {
    checkNothingElse(directory);
    return true;
  }
  if (!data.isFile()) {
    throw new LedgerError("ledger/foreign", `'${dataFile}' is not a regular file, expected a ledger's data file`);
  }
  if (data.size === 0) return true;
  checkDataFile(dataFile, directory);
  return false;
}
function makeDirectory(path) {
  if (statSync(path, { throwIfNoEntry: false }) !== void 0) return void 0;
  const above = dirname(path);
  const first = above === path ? void 0 : makeDirectory(above);
  try {
    mkdirSync(path, { mode: 448 });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  return first ?? path;
}
function checkNothingElse(directory) {
  const others = readdirSync(directory).filter(
    (name) => !name.startsWith(".") && name !== lockFileName && name !== "lost+found"
  );
  if (others.length === 0) return;
  throw new LedgerError(
    "ledger/foreign",
    `'${directory}' is not a ledger: found '${others[0]}', expected '${dataFileName}' or an empty directory`
  );
}
function checkDataFile(path, directory) {
  const state2 = inspectOrThrow(path, directory);
  switch (state2.kind) {
    case "whole":
      return;
    case "foreign": {
      const found = JSON.stringify(Buffer.from(state2.start).toString("latin1"));
      throw new LedgerError("ledger/foreign", `'${path}' begins with ${found}, expected a ledger's data file`);
    }
    case "other-version":
      throw new LedgerError(
        "ledger/foreign",
        `'${path}' has LMDB data format ${state2.found}, expected ${state2.expected}`
      );
    case "cut":
      throw new LedgerError(
        "store/corrupt",
        `'${path}' was cut short: found ${state2.foundBytes} bytes, expected ${state2.expectedBytes}`
      );
    case "damaged":
      throw damaged(path, state2.page, state2.what);
    default:
      state2;
  }
}
function damaged(path, page, what) {
  return new LedgerError("store/corrupt", `'${path}' is damaged: page ${page}: ${what}`, {
    help: "take it back from a copy, or import what was exported from it"
  });
}
function inspectOrThrow(path, directory) {
  try {
    return inspectDataFile(path);
  } catch (error) {
    throw storeError(error, directory);
  }
}
function statOrUndefined(path, directory) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw storeError(error, directory);
  }
}
var shortWriteCode = 5;
var nearlyFullBytes = 64 * 1024 * 1024;
function freeBytes(directory) {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
var fullCodes = /* @__PURE__ */ new Set([28, 122, 27, -30792, "ENOSPC", "EDQUOT", "EFBIG"]);
var corruptCodes = /* @__PURE__ */ new Set([-30796, -30797]);
var foreignCodes = /* @__PURE__ */ new Set([-30793, -30794]);
var reasons = /* @__PURE__ */ new Map([
  [shortWriteCode, "the disk took only a part of a write, or none (input/output error)"],
  [13, "permission denied"],
  [1, "permission denied"],
  [30, "the file system is read-only"],
  [20, "a part of its path is a file"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ENOTDIR", "a part of its path is a file"],
  ["ENOENT", "no directory can be made there"],
  [-30790, "too many snapshots are held on it"],
  [-30795, "an earlier write failed in its middle; open it again"]
]);
function storeError(error, directory) {
  if (!(error instanceof Error) || error instanceof LedgerError || error.name === "BugError") return error;
  const code = error.code;
  const details = { cause: error };
  if (fullCodes.has(code) || code === shortWriteCode && freeBytes(directory) < nearlyFullBytes) {
    return new LedgerError("store/full", `no room to write to '${directory}': ${plain2(error)}`, details);
  }
  if (corruptCodes.has(code)) {
    return new LedgerError("store/corrupt", `'${directory}' is damaged: ${plain2(error)}`, details);
  }
  if (foreignCodes.has(code)) {
    return new LedgerError("ledger/foreign", `'${directory}' holds no ledger: ${plain2(error)}`, details);
  }
  if (code === void 0) return error;
  const reason = reasons.get(code) ?? plain2(error);
  return new LedgerError("store/unavailable", `can't use '${directory}' as a ledger: ${reason}`, details);
}
function plain2(error) {
  return error.message.split("\n")[0].replace(/\.$/, "");
}

// ../../hashprof/work/src/store/byte-tree.ts
var nodeEntriesMax = 32;
var emptyTree = { isLeaf: true, keys: [], values: [] };
function treeGet(tree2, key2) {
  let node = tree2;
  while (!node.isLeaf) node = node.children[childIndex(node, key2)];
  const index = lowerBound(node.keys, key2, 0);
  const found = node.keys[index];
  return found !== void 0 && compareBytes2(found, key2) === 0 ? node.values[index] : void 0;
}
function treePut(tree2, key2, value) {
  const parts2 = putInto(tree2, key2, value);
  if (parts2.length === 1) return parts2[0];
  return { isLeaf: false, keys: parts2.map(firstKey), children: parts2 };
}
function treeRemove(tree2, key2) {
  let root = removeFrom(tree2, key2) ?? emptyTree;
  while (!root.isLeaf && root.children.length === 1) root = root.children[0];
  return root;
}
function* treeRange(tree2, range2) {
  if (range2.reverse === true) yield* descending(tree2, range2.start, range2.end);
  else yield* ascending(tree2, range2.start, range2.end);
}
function* ascending(node, start, end) {
  if (node.isLeaf) {
    for (let index = lowerBound(node.keys, start, 0); index < node.keys.length; index += 1) {
      const key2 = node.keys[index];
      if (compareBytes2(key2, end) >= 0) return;
      yield [key2, node.values[index]];
    }
    return;
  }
  for (let index = childIndex(node, start); index < node.children.length; index += 1) {
    if (index > 0 && compareBytes2(node.keys[index], end) >= 0) return;
    yield* ascending(node.children[index], start, end);
  }
}
function* descending(node, start, end) {
  if (node.isLeaf) {
    for (let index = lowerBound(node.keys, end, 0) - 1; index >= 0; index -= 1) {
      const key2 = node.keys[index];
      if (compareBytes2(key2, start) < 0) return;
      yield [key2, node.values[index]];
    }
    return;
  }
  const first = childIndex(node, start);
  for (let index = childIndex(node, end); index >= first; index -= 1) {
    yield* descending(node.children[index], start, end);
  }
}
function putInto(node, key2, value) {
  if (node.isLeaf) {
    const index2 = lowerBound(node.keys, key2, 0);
    const found = node.keys[index2];
    if (found !== void 0 && compareBytes2(found, key2) === 0) {
      return [{ isLeaf: true, keys: node.keys, values: node.values.with(index2, value) }];
    }
    return split({
      isLeaf: true,
      keys: node.keys.toSpliced(index2, 0, key2),
      values: node.values.toSpliced(index2, 0, value)
    });
  }
  const index = childIndex(node, key2);
  const parts2 = putInto(node.children[index], key2, value);
  if (parts2.length === 1) {
    return [{ isLeaf: false, keys: node.keys, children: node.children.with(index, parts2[0]) }];
  }
  return split({
    isLeaf: false,
    keys: node.keys.toSpliced(index + 1, 0, firstKey(parts2[1])),
    children: node.children.toSpliced(index, 1, ...parts2)
  });
}
function split(node) {
  const count = node.keys.length;
  if (count <= nodeEntriesMax) return [node];
  const cut = count >> 1;
  const left = node.keys.slice(0, cut);
  const right = node.keys.slice(cut);
  if (node.isLeaf) {
    return [
      { isLeaf: true, keys: left, values: node.values.slice(0, cut) },
      { isLeaf: true, keys: right, values: node.values.slice(cut) }
    ];
  }
  return [
    { isLeaf: false, keys: left, children: node.children.slice(0, cut) },
    { isLeaf: false, keys: right, children: node.children.slice(cut) }
  ];
}
function removeFrom(node, key2) {
  if (node.isLeaf) {
    const index2 = lowerBound(node.keys, key2, 0);
    const found = node.keys[index2];
    if (found === void 0 || compareBytes2(found, key2) !== 0) return node;
    if (node.keys.length === 1) return void 0;
    return { isLeaf: true, keys: node.keys.toSpliced(index2, 1), values: node.values.toSpliced(index2, 1) };
  }
  const index = childIndex(node, key2);
  const child = node.children[index];
  const rest = removeFrom(child, key2);
  if (rest === child) return node;
  if (rest !== void 0) return { isLeaf: false, keys: node.keys, children: node.children.with(index, rest) };
  if (node.children.length === 1) return void 0;
  return { isLeaf: false, keys: node.keys.toSpliced(index, 1), children: node.children.toSpliced(index, 1) };
}
function childIndex(node, key2) {
  const index = lowerBound(node.keys, key2, 1);
  const atKey = node.keys[index];
  return atKey !== void 0 && compareBytes2(atKey, key2) === 0 ? index : index - 1;
}
function lowerBound(keys, key2, from) {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (compareBytes2(keys[middle], key2) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
function firstKey(node) {
  return node.keys[0];
}

// ../../hashprof/work/src/store/store.ts
var storeKeyBytesMax = 1024;

// ../../hashprof/work/src/store/memory-store.ts
function createMemoryStore() {
  return new MemoryStore();
}
var MemoryStore = class {
  #tree = emptyTree;
  #lastWrite = Promise.resolve();
  #isClosed = false;
  snapshot() {
    this.#checkOpen();
    return new MemorySnapshot(this.#tree);
  }
  write(work) {
    const outcome = this.#lastWrite.then(() => {
      this.#checkOpen();
      const transaction = new MemoryTransaction(this.#tree);
      try {
        const result = work(transaction);
        this.#tree = transaction.tree;
        return result;
      } finally {
        transaction.isOver = true;
      }
    });
    this.#lastWrite = outcome.catch(() => void 0);
    return outcome;
  }
  async close() {
    await this.#lastWrite;
    this.#isClosed = true;
  }
  #checkOpen() {
    if (this.#isClosed) throw new LedgerError("store/unavailable", "the store in memory is closed");
  }
};
var MemorySnapshot = class {
  #tree;
  #isReleased = false;
  constructor(tree2) {
    this.#tree = tree2;
  }
  get(key2) {
    assert(!this.#isReleased, "a snapshot is not read after its release");
    return copyOf(treeGet(this.#tree, key2));
  }
  *range(range2) {
    assert(!this.#isReleased, "a snapshot is not read after its release");
    for (const [key2, value] of treeRange(this.#tree, range2)) {
      yield [copyBytes(key2), copyBytes(value)];
      if (this.#isReleased) return;
    }
  }
  cursor(range2) {
    assert(!this.#isReleased, "a snapshot is not read after its release");
    return new MemoryCursor(treeRange(this.#tree, range2), () => this.#isReleased);
  }
  release() {
    this.#isReleased = true;
  }
};
var MemoryCursor = class {
  #entries;
  #isReleased;
  #key = emptyBytes;
  bytes = emptyBytes;
  start = 0;
  end = 0;
  constructor(entries, isReleased) {
    this.#entries = entries;
    this.#isReleased = isReleased;
  }
  next() {
    const found = this.#isReleased() ? void 0 : this.#entries.next();
    if (found === void 0 || found.done === true) return false;
    this.#key = found.value[0];
    this.bytes = found.value[1];
    this.end = this.bytes.length;
    return true;
  }
  key() {
    return copyBytes(this.#key);
  }
  close() {
    this.#entries.return?.();
  }
};
var emptyBytes = new Uint8Array(0);
var MemoryTransaction = class {
  tree;
  isOver = false;
  constructor(tree2) {
    this.tree = tree2;
  }
  get(key2) {
    this.#checkUsable();
    return copyOf(treeGet(this.tree, key2));
  }
  *range(range2) {
    this.#checkUsable();
    let tree2 = this.tree;
    let rows = treeRange(tree2, range2);
    for (let next = rows.next(); next.done !== true; next = rows.next()) {
      const [key2, value] = next.value;
      yield [copyBytes(key2), copyBytes(value)];
      this.#checkUsable();
      if (tree2 === this.tree) continue;
      tree2 = this.tree;
      rows = treeRange(tree2, rangeBeyond(range2, key2));
    }
  }
  put(key2, value) {
    this.#checkUsable();
    assert(key2.length <= storeKeyBytesMax, `a store key has at most ${storeKeyBytesMax} bytes`);
    this.tree = treePut(this.tree, copyBytes(key2), copyBytes(value));
  }
  remove(key2) {
    this.#checkUsable();
    this.tree = treeRemove(this.tree, key2);
  }
  #checkUsable() {
    assert(!this.isOver, "a write transaction is not used after its work");
  }
};
function rangeBeyond(range2, key2) {
  if (range2.reverse === true) return { start: range2.start, end: key2, reverse: true };
  const start = new Uint8Array(key2.length + 1);
  start.set(key2);
  return { start, end: range2.end };
}
function isEmptyRange(range2) {
  return compareBytes2(range2.start, range2.end) >= 0;
}
function copyOf(bytes) {
  return bytes === void 0 ? void 0 : copyBytes(bytes);
}

// ../../hashprof/work/src/store/lmdb-store.ts
function openLmdbStore(directory) {
  const isNew = checkDirectory(directory);
  let database;
  try {
    const madeFrom = isNew ? makeDirectory(directory) : void 0;
    database = open(directory, lmdbOptions);
    if (isNew) flushNewDirectories(directory, madeFrom ?? directory);
    checkFormat(database, directory);
    extendWhole(database, directory);
    return new LmdbStore(database, directory);
  } catch (error) {
    database?.close();
    throw storeError(error, directory);
  }
}
var lmdbOptions = {
  noSubdir: false,
  encoding: "binary",
  keyEncoder: storeKeys,
  overlappingSync: false,
  // One map for good: a map that grows is mapped anew, and readers of large values then see two of them.
  mapSize: storeMapBytes,
  maxReaders: storeSnapshotsMax,
  permissionsMode: 384
};
var formatText = "qldb-shell store ";
var formatVersion2 = 1;
function checkFormat(database, directory) {
  const expected2 = formatText + formatVersion2;
  const found = database.get(formatKey);
  if (found === void 0) {
    const wasEmpty = database.transactionSync(() => {
      if (database.get(formatKey) !== void 0) return true;
      if (database.getStats().entryCount > 0) return false;
      database.put(formatKey, Buffer.from(expected2));
      return true;
    });
    if (wasEmpty) return;
    throw new LedgerError(
      "ledger/foreign",
      `'${directory}' holds another program's LMDB file, expected a ledger's ('${expected2}')`
    );
  }
  const text2 = Buffer.from(found).toString("latin1");
  if (text2 === expected2) return;
  const version = text2.startsWith(formatText) ? Number(text2.slice(formatText.length)) : Number.NaN;
  if (version > formatVersion2) {
    throw new LedgerError(
      "ledger/format-too-new",
      `'${directory}' has store format ${version}, this program knows formats up to ${formatVersion2}`
    );
  }
  throw new LedgerError("ledger/foreign", `'${directory}' is marked '${text2.slice(0, 40)}', expected '${expected2}'`);
}
function extendWhole(database, directory) {
  try {
    database.transactionSync(() => extendDataFile(join2(directory, dataFileName)));
  } catch {
  }
}
function flushNewDirectories(last, first) {
  const end = dirname2(dirname2(resolve(first)));
  for (let path = resolve(last); path !== end && path !== dirname2(path); path = dirname2(path)) {
    const handle = openSync2(path, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync2(handle);
    }
  }
}
var LmdbStore = class {
  #database;
  #directory;
  #pending = [];
  #isFlushPlanned = false;
  #whenIdle = [];
  #closing;
  #snapshots = /* @__PURE__ */ new Set();
  #turn = { isWriting: false };
  constructor(database, directory) {
    this.#database = database;
    this.#directory = directory;
  }
  snapshot() {
    this.#checkOpen();
    try {
      this.#database.resetReadTxn();
      const transaction = this.#database.useReadTransaction();
      return new LmdbSnapshot(this.#database, transaction, this.#directory, this.#turn, this.#snapshots);
    } catch (error) {
      throw storeError(error, this.#directory);
    }
  }
  check() {
    const snapshot = this.snapshot();
    try {
      const path = join2(this.#directory, dataFileName);
      const fault = findDamage(path);
      if (fault !== void 0) throw damaged(path, fault.page, fault.what);
    } catch (error) {
      throw storeError(error, this.#directory);
    } finally {
      snapshot.release();
    }
  }
  write(work) {
    return new Promise((resolve2, reject) => {
      this.#checkOpen();
      this.#pending.push({ work, resolve: resolve2, reject });
      this.#planFlush();
    });
  }
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }
  async #close() {
    while (this.#pending.length > 0) await new Promise((resolve2) => this.#whenIdle.push(resolve2));
    for (const snapshot of [...this.#snapshots]) snapshot.release();
    extendWhole(this.#database, this.#directory);
    await this.#database.close();
  }
  #checkOpen() {
    if (this.#closing !== void 0) {
      throw new LedgerError("store/unavailable", `the store in '${this.#directory}' is closed`);
    }
  }
  #planFlush() {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      const group = this.#pending.splice(0, storeGroupWritesMax);
      this.#commit(group);
      if (this.#pending.length > 0) this.#planFlush();
      else for (const resolve2 of this.#whenIdle.splice(0)) resolve2();
    });
  }
  /**
   * Runs a group in one LMDB transaction and flushes it. An error thrown by one work undoes that work alone; when LMDB
   * itself fails, nothing of the group is kept.
   */
  #commit(group) {
    const settle = [];
    this.#turn.isWriting = true;
    try {
      this.#database.transactionSync(() => {
        for (const pending of group) {
          const transaction = new LmdbTransaction(this.#database, this.#directory, group.length > 1);
          const isKept = runWork(pending, transaction, settle);
          if (transaction.failure !== void 0) throw transaction.failure;
          if (!isKept) return ABORT;
        }
        return void 0;
      });
    } catch (error) {
      const failure = storeError(error, this.#directory);
      for (const { reject } of group) reject(failure);
      return;
    } finally {
      this.#turn.isWriting = false;
    }
    for (const tell of settle) tell();
  }
};
function runWork({ work, resolve: resolve2, reject }, own, settle) {
  try {
    const result = work(own);
    settle.push(() => resolve2(result));
    return true;
  } catch (error) {
    settle.push(() => reject(error));
    return own.undo();
  } finally {
    own.isOver = true;
  }
}
function readRange(database, { start, end, reverse }, transaction) {
  const bounds = reverse === true ? { start: end, end: start, reverse: true, exclusiveStart: true, inclusiveEnd: true } : { start, end };
  const options = transaction === void 0 ? bounds : { ...bounds, transaction };
  return database.getRange(options)[Symbol.iterator]();
}
var LmdbSnapshot = class {
  #database;
  #directory;
  #getOptions;
  #turn;
  #held;
  #reading = /* @__PURE__ */ new Set();
  #isReleased = false;
  constructor(database, transaction, directory, turn, held) {
    this.#database = database;
    this.#directory = directory;
    this.#getOptions = { transaction };
    this.#turn = turn;
    this.#held = held;
    held.add(this);
  }
  get(key2) {
    this.#checkUsable();
    try {
      if (this.#turn.isWriting) return this.#getByRange(key2);
      return this.#database.get(key2, this.#getOptions);
    } catch (error) {
      throw storeError(error, this.#directory);
    }
  }
  #getByRange(key2) {
    for (const [, value] of this.range({ start: key2, end: Buffer.concat([key2, Buffer.of(0)]) })) return value;
    return void 0;
  }
  *range(range2) {
    this.#checkUsable();
    if (isEmptyRange(range2)) return;
    const rows = readRange(this.#database, range2, this.#getOptions.transaction);
    this.#reading.add(rows);
    try {
      for (let next = rows.next(); next.done !== true; next = rows.next()) {
        yield [next.value.key, next.value.value];
        if (this.#isReleased) return;
      }
    } catch (error) {
      throw storeError(error, this.#directory);
    } finally {
      this.#finish(rows);
    }
  }
  cursor(range2) {
    this.#checkUsable();
    if (isEmptyRange(range2)) return noEntries;
    try {
      const rows = readRange(this.#database, range2, this.#getOptions.transaction);
      this.#reading.add(rows);
      return new LmdbCursor(this.#database, rows, this.#finish, (error) => storeError(error, this.#directory));
    } catch (error) {
      throw storeError(error, this.#directory);
    }
  }
  /** Once: the release ends what is still being read. */
  #finish = (rows) => {
    if (this.#reading.delete(rows)) rows.return?.();
  };
  release() {
    if (this.#isReleased) return;
    this.#isReleased = true;
    for (const rows of this.#reading) rows.return?.();
    this.#reading.clear();
    this.#getOptions.transaction.done();
    this.#held.delete(this);
  }
  #checkUsable() {
    assert(!this.#isReleased, "a snapshot is not read after its release");
  }
};
var noEntries = {
  next: () => false,
  bytes: formatKey,
  start: 0,
  end: 0,
  key: () => formatKey,
  close: () => void 0
};
var LmdbTransaction = class {
  #database;
  #directory;
  /** What stood before each change, oldest first; kept only when others share the LMDB transaction. */
  #before;
  #changes = 0;
  isOver = false;
  /** Set when LMDB itself failed: its transaction can't be kept then. */
  failure;
  constructor(database, directory, isShared) {
    this.#database = database;
    this.#directory = directory;
    this.#before = isShared ? [] : void 0;
  }
  get(key2) {
    this.#checkUsable();
    return this.#guard(() => this.#database.get(key2));
  }
  *range(range2) {
    this.#checkUsable();
    let rest = range2;
    while (!isEmptyRange(rest)) {
      const rows = readRange(this.#database, rest, void 0);
      const changes = this.#changes;
      let last;
      try {
        while (changes === this.#changes) {
          const next = this.#guard(() => rows.next());
          if (next.done === true) return;
          last = next.value.key;
          yield [next.value.key, next.value.value];
          this.#checkUsable();
        }
      } finally {
        rows.return?.();
      }
      rest = rangeBeyond(range2, last);
    }
  }
  put(key2, value) {
    this.#checkUsable();
    assert(key2.length <= storeKeyBytesMax, `a store key has at most ${storeKeyBytesMax} bytes`);
    this.#guard(() => {
      this.#before?.push([copyBytes(key2), this.#database.get(key2)]);
      this.#changes += 1;
      this.#database.put(key2, value);
    });
  }
  remove(key2) {
    this.#checkUsable();
    this.#guard(() => {
      this.#before?.push([copyBytes(key2), this.#database.get(key2)]);
      this.#changes += 1;
      this.#database.remove(key2);
    });
  }
  /** Takes back all changes; returns false when it can't because they were not written down. */
  undo() {
    if (this.#before === void 0) return false;
    if (this.failure !== void 0) return true;
    for (const [key2, value] of this.#before.reverse()) {
      this.#guard(() => value === void 0 ? this.#database.remove(key2) : this.#database.put(key2, value));
    }
    return true;
  }
  #guard(operation) {
    try {
      return operation();
    } catch (error) {
      this.failure = storeError(error, this.#directory);
      throw this.failure;
    }
  }
  #checkUsable() {
    assert(!this.isOver, "a write transaction is not used after its work");
  }
};

// ../../hashprof/work/bench/verify.ts
var blocks2 = 2e4;
var smallInput = new Uint8Array(48);
async function fill(ledger2) {
  await commit(ledger2, "CREATE TABLE V");
  const ids = [];
  for (let number = 0; ids.length < blocks2; number += 1) {
    const id = await commit(
      ledger2,
      `INSERT INTO V VALUE {'k': ${number}, 'VIN': 'VIN${String(number).padStart(14, "0")}', 'State': 'WA', 'Amount': ${number % 200}.25, 'From': \`2017-08-21T\`, 'Owners': {'Primary': {'PersonId': '294jJ3YUoH1IEEm8GSabOs'}, 'Others': [{'PersonId': '5Ufgdlnj06gF5CWcOIu64s'}]}, 'Note': '${"x".repeat(60)}'}`
    );
    ids.push(id);
  }
  return ids;
}
async function commit(ledger2, statement) {
  const transaction = ledger2.begin();
  const { rows } = transaction.execute(statement, []);
  const row = rows.next().value;
  while (rows.next().done !== true) ;
  await transaction.commit(joinHashes(ionHashOfString(transaction.id), statementDigest(statement)));
  const id = row?.type === "struct" ? row.get("documentId") : void 0;
  return id?.type === "string" ? id.value : "";
}

// ../../hashprof/mk.ts
var mem = createMemoryStore();
var ledger = await Ledger.open(mem, realEnv, { name: "big", strictQldb: false });
await fill(ledger);
var store = openLmdbStore("/tmp/hashprof/ledgers/big");
var snap = mem.snapshot();
await store.write((t) => {
  for (const [k, v] of snap.range({ start: Uint8Array.of(0), end: Uint8Array.of(255) })) t.put(k, v);
});
await store.close();
console.log("made", ledger.tip().sequenceNo);
