// A ledger in this process: documents with all their revisions, and a digest that covers every block.
//   node examples/embedded-ledger.mjs [DIRECTORY]
import { openLedger, printIon, toJs } from 'qldb-shell'

const directory = process.argv[2]
const ledger = await openLedger(directory === undefined ? {} : { directory })
await ledger.execute('CREATE TABLE Car')
await ledger.execute('CREATE INDEX ON Car (vin)')
await ledger.execute('INSERT INTO Car ?', [{ vin: 'V1', owner: 'Ann' }])

// Several statements, one transaction; it is tried again when another one was first.
await ledger.transaction(async (transaction) => {
  const found = await transaction.execute("SELECT VALUE owner FROM Car WHERE vin = 'V1'")
  for await (const owner of found) console.log('sold by', toJs(owner))
  await transaction.execute("UPDATE Car SET owner = 'Bob' WHERE vin = 'V1'")
})

const revisions = await ledger.execute('SELECT h.metadata.version, h.data FROM history(Car) AS h')
for (const revision of revisions) console.log(printIon(revision))

const { digest, tipAddress } = ledger.ledger.digest()
console.log('the digest has', digest.length, 'bytes and covers blocks 0 to', tipAddress.sequenceNo)
console.log('verified:', ledger.ledger.verify().blocks, 'blocks')
await ledger.close()

/* prints:
sold by Ann
{version:0,data:{vin:"V1",owner:"Ann"}}
{version:1,data:{vin:"V1",owner:"Bob"}}
the digest has 32 bytes and covers blocks 0 to 4
verified: 5 blocks
*/
