import { cryptoHasherProvider, makeHashReader } from 'ion-hash-js'
import { dumpBinary, dumpText, load, makeReader } from 'ion-js'
import { decodeIon, decodeLazy } from '../src/values/binary-reader.ts'
import { encodeIon, encodeRaw } from '../src/values/binary-writer.ts'
import { ionHash } from '../src/values/ion-hash.ts'
import { SymbolDictionary } from '../src/values/symbols.ts'
import { parseIon } from '../src/values/text-reader.ts'
import { printIon } from '../src/values/text-writer.ts'
import type { StructValue, Value } from '../src/values/value.ts'
import { type Figure, medians, printFigures } from './support.ts'

const documents = 1000
const rounds = 5
const warmUps = 5

/** Microseconds a document of about 430 bytes, beside ion-js, ion-hash-js and JSON in the same run. */
export async function run(): Promise<void> {
  const texts = Array.from({ length: documents }, (_, index) => documentText(index))
  const values = texts.map(parseIon)
  const binaries = values.map(encodeIon)
  const symbols = new SymbolDictionary()
  const raws = values.map((value) => encodeRaw(value, symbols))
  const doms = binaries.map((bytes) => load(bytes) as NonNullable<ReturnType<typeof load>>)
  const objects = texts.map((_, index) => jsonObject(index))
  const jsons = objects.map((object) => JSON.stringify(object))
  const sizes = [texts[0] as string, binaries[0] as Uint8Array, raws[0] as Uint8Array, jsons[0] as string]
  console.log(`bytes of the first: text, binary, raw, JSON: ${sizes.map((piece) => piece.length).join(', ')}`)
  const figures: Figure[] = []
  const compare = async (what: string, ours: () => void, baseline: string, theirs: () => void) => {
    const [value, baselineValue] = (await medians(rounds, [timed(ours), timed(theirs)])) as [number, number]
    figures.push({ what, value, unit: 'us', baseline, baselineValue })
  }
  const each =
    <T>(items: readonly T[], work: (item: T) => unknown) =>
    () => {
      for (const item of items) sink = work(item)
    }
  const dumpJson = each(objects, (object) => JSON.stringify(object))
  const loadJson = each(jsons, (json) => JSON.parse(json))
  await compare(
    'write binary',
    each(values, encodeIon),
    'ion-js dumpBinary',
    each(doms, (dom) => dumpBinary(dom)),
  )
  await compare('write binary', each(values, encodeIon), 'JSON.stringify', dumpJson)
  await compare(
    'write raw',
    each(values, (value) => encodeRaw(value, symbols)),
    'JSON.stringify',
    dumpJson,
  )
  await compare(
    'read binary',
    each(binaries, decodeIon),
    'ion-js load',
    each(binaries, (bytes) => load(bytes)),
  )
  await compare('read binary', each(binaries, decodeIon), 'JSON.parse', loadJson)
  const findLazily = each(raws, (bytes) => personId(decodeLazy(bytes, symbols)))
  const findEagerly = each(binaries, (bytes) => personId(decodeIon(bytes)))
  await compare('find a nested field lazily', findLazily, 'read binary and find it', findEagerly)
  await compare(
    'read text',
    each(texts, parseIon),
    'ion-js load',
    each(texts, (text) => load(text)),
  )
  await compare(
    'write text',
    each(values, (value) => printIon(value)),
    'ion-js dumpText',
    each(doms, (dom) => dumpText(dom)),
  )
  await compare('hash', each(values, ionHash), 'ion-hash-js', each(binaries, hashByLibrary))
  printFigures(figures)
}

/** Keeps results alive, so that no work is left out. */
export let sink: unknown

function timed(work: () => void): () => number {
  for (let count = 0; count < warmUps; count += 1) work()
  return () => {
    const start = performance.now()
    work()
    return ((performance.now() - start) * 1000) / documents
  }
}

function hashByLibrary(bytes: Uint8Array): Uint8Array {
  const reader = makeHashReader(makeReader(bytes as Buffer), cryptoHasherProvider('sha256'))
  reader.next()
  reader.next()
  return reader.digest()
}

function personId(value: Value): Value | undefined {
  const owners = (value as StructValue).get('Owners') as StructValue
  return (owners.get('PrimaryOwner') as StructValue).get('PersonId')
}

function documentText(index: number): string {
  const digits = String(index).padStart(6, '0')
  return (
    `{VIN:"1N4AL11D75C${digits}",LicensePlateNumber:"LEWISR${digits}",State:"WA",City:"Seattle",` +
    `PendingPenaltyTicketAmount:${index % 1000}.25,ValidFromDate:2017-08-21T,ValidToDate:2020-05-11T10:0${digits.slice(5)}:00.123Z,` +
    `Mileage:${index * 37},Rating:${(index % 100) / 8 + 0.1}e0,Active:${index % 2 === 0},Tags:["blue","sedan","four doors"],` +
    `Owners:{PrimaryOwner:{PersonId:"294jJ3YUoH1IEEm8${digits}"},SecondaryOwners:[{PersonId:"5Ufgdlnj06gF5CWc${digits}"}]}}`
  )
}

function jsonObject(index: number): object {
  const digits = String(index).padStart(6, '0')
  return {
    VIN: `1N4AL11D75C${digits}`,
    LicensePlateNumber: `LEWISR${digits}`,
    State: 'WA',
    City: 'Seattle',
    PendingPenaltyTicketAmount: (index % 1000) + 0.25,
    ValidFromDate: '2017-08-21T',
    ValidToDate: `2020-05-11T10:0${digits.slice(5)}:00.123Z`,
    Mileage: index * 37,
    Rating: (index % 100) / 8 + 0.1,
    Active: index % 2 === 0,
    Tags: ['blue', 'sedan', 'four doors'],
    Owners: {
      PrimaryOwner: { PersonId: `294jJ3YUoH1IEEm8${digits}` },
      SecondaryOwners: [{ PersonId: `5Ufgdlnj06gF5CWc${digits}` }],
    },
  }
}
