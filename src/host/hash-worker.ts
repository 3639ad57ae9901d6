import { type MessagePort, workerData } from 'node:worker_threads'
import { soundFacts } from '../journal/sealed-blocks.ts'
import { soundTexts } from '../archive/sound-texts.ts'
import { type HashAnswer, type HashRequest, joinPieces, splitPieces } from './hash-requests.ts'

function answer(request: HashRequest): HashAnswer {
  const pieces = splitPieces(request)
  if (request.form === 'stored') return { facts: soundFacts(pieces), stored: undefined }
  const found = soundTexts(pieces.map((piece) => piece ?? new Uint8Array(0)))
  return { facts: found.map((known) => known?.facts), stored: joinPieces(found.map((known) => known?.stored)) }
}

const port = workerData as MessagePort
port.on('message', (request: HashRequest) => {
  const found = answer(request)
  port.postMessage(found, found.stored === undefined ? [] : [found.stored.bytes.buffer as ArrayBuffer])
})
