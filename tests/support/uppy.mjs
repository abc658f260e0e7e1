// Sends a file with Uppy as a JSON object in the first argument says; prints what happened.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const said = JSON.parse(process.argv[2])
const packages = `${said.packages}/node_modules`
const Uppy = (await import(pathToFileURL(`${packages}/@uppy/core/lib/index.js`))).default
const Tus = (await import(pathToFileURL(`${packages}/@uppy/tus/lib/index.js`))).default
const { FileUrlStorage } = createRequire(`${said.packages}/`)('tus-js-client')

const uppy = new Uppy({ logger: { debug() {}, warn() {}, error() {} } })
uppy.use(Tus, {
  endpoint: said.endpoint,
  headers: { authorization: `Bearer ${said.token}` },
  chunkSize: said.chunk_size ?? Infinity,
  uploadDataDuringCreation: said.with_creation ?? false,
  parallelUploads: said.parallel ?? 1,
  overridePatchMethod: said.override ?? false,
  retryDelays: [0, 100],
  // What a page keeps between two visits; on Node it is a file.
  urlStorage: new FileUrlStorage(said.storage),
})
uppy.addFile({
  name: said.metadata.filename,
  type: said.metadata.filetype,
  data: readFileSync(said.file),
  meta: said.metadata,
})
// Of what describes a film here; Uppy would also say its own `name`, `type` and `relativePath`.
uppy.getPlugin('Tus').setOptions({ allowedMetaFields: Object.keys(said.metadata) })

let pausing = said.pause_at
uppy.on('upload-progress', (file, progress) => {
  if (said.cut_at !== undefined && progress.bytesUploaded >= said.cut_at) {
    finish({ cut: true, url: file.tus?.uploadUrl })
  }
  if (pausing !== undefined && progress.bytesUploaded >= pausing) {
    pausing = undefined
    uppy.pauseResume(file.id)
    setImmediate(() => uppy.pauseResume(file.id))
  }
})
const { successful, failed } = await uppy.upload()
finish({
  url: successful[0]?.uploadURL,
  error: failed[0]?.error,
  status: failed[0]?.response?.status,
})

function finish(outcome) {
  console.log(JSON.stringify(outcome))
  process.exit(0)
}
