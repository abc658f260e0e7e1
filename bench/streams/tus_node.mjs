// @tus/server with its store of files, as its README has it.
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, port, folder] = process.argv.slice(2);
const resolve = createRequire(`${packages}/package.json`).resolve;
const { Server } = await import(pathToFileURL(resolve("@tus/server")));
const { FileStore } = await import(pathToFileURL(resolve("@tus/file-store")));

const tus = new Server({ path: "/files", datastore: new FileStore({ directory: folder }) });
http.createServer((request, response) => tus.handle(request, response)).listen(Number(port), "127.0.0.1");
