// Sends a file with tus-js-client as a JSON object in the first argument says; prints what happened.
import { createReadStream, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PassThrough } from 'node:stream'

const said = JSON.parse(process.argv[2])
const tus = createRequire(`${said.packages}/`)('tus-js-client')
const whole = readFileSync(said.file)
// Through a pipe, as from a microphone: of a file's own stream the client says lengths it has not.
const source = said.deferred ? createReadStream(said.file).pipe(new PassThrough()) : whole
let cut = said.cut_at

const upload = new tus.Upload(source, {
  endpoint: said.endpoint,
  protocol: said.protocol ?? 'tus-v1',
  uploadUrl: said.upload_url ?? null,
  headers: { authorization: `Bearer ${said.token}` },
  metadata: said.metadata,
  chunkSize: said.chunk_size ?? Infinity,
  uploadLengthDeferred: said.deferred ?? false,
  uploadDataDuringCreation: said.with_creation ?? false,
  parallelUploads: said.parallel ?? 1,
  overridePatchMethod: said.override ?? false,
  retryDelays: [0, 100],
  storeFingerprintForResuming: false,
  onProgress(sent) {
    if (cut !== undefined && cut !== null && sent >= cut) {
      cut = undefined
      upload.abort().then(() => finish({ cut: true, url: upload.url }))
    }
  },
  onError(error) {
    const body = error.originalResponse?.getBody?.()
    finish({ error: error.message, status: error.originalResponse?.getStatus?.(), body })
  },
  onSuccess() {
    finish({ url: upload.url })
  },
})

function finish(outcome) {
  console.log(JSON.stringify(outcome))
  process.exit(0)
}

if (said.terminate) {
  tus.Upload.terminate(said.upload_url, upload.options).then(
    () => finish({ terminated: true }),
    (error) => finish({ error: error.message, status: error.originalResponse?.getStatus?.() }),
  )
} else {
  upload.start()
}
