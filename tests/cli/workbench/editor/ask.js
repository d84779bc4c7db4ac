// Asks the real YAML language server what an editor would: argv[2] is the server, stdin a JSON object
// {root, text, completions: {name: [line, character]}, hovers: {...}}. Prints {diagnostics, completions, hovers}.
const { spawn } = require("child_process");
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const server = spawn(process.execPath, [process.argv[2], "--stdio"]);
const uri = `file://${asked.root}/policies/draft.yaml`;
const waiting = {};
let buffer = Buffer.alloc(0);
let last = 0;
let published;
const diagnostics = new Promise((resolve) => (published = resolve));

const send = (message) => {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};
const request = (method, params) =>
  new Promise((resolve) => {
    waiting[++last] = resolve;
    send({ id: last, method, params });
  });
const received = (message) => {
  if (message.method === "textDocument/publishDiagnostics") published(message.params.diagnostics);
  else if (message.method && message.id !== undefined) {
    const settings = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
    const answer = (item) => (item.section === "yaml" ? settings : null);
    send({ id: message.id, result: message.params && message.params.items ? message.params.items.map(answer) : null });
  } else if (waiting[message.id]) waiting[message.id](message.result);
};
server.stdout.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (let head; (head = buffer.indexOf("\r\n\r\n")) >= 0; ) {
    const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, head))[1]);
    if (buffer.length < head + 4 + length) return;
    const message = JSON.parse(buffer.subarray(head + 4, head + 4 + length));
    buffer = buffer.subarray(head + 4 + length);
    received(message);
  }
});

const everyPosition = async (method, positions) => {
  const found = {};
  for (const [name, [line, character]] of Object.entries(positions))
    found[name] = await request(method, { textDocument: { uri }, position: { line, character } });
  return found;
};

(async () => {
  const markdown = { completion: { completionItem: { documentationFormat: ["markdown"] } }, hover: { contentFormat: ["markdown"] } };
  const capabilities = { textDocument: markdown, workspace: { configuration: true } };
  await request("initialize", { processId: process.pid, rootUri: `file://${asked.root}`, capabilities });
  send({ method: "initialized", params: {} });
  send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text: asked.text } } });
  const answer = {
    diagnostics: await diagnostics,
    completions: await everyPosition("textDocument/completion", asked.completions),
    hovers: await everyPosition("textDocument/hover", asked.hovers),
  };
  console.log(JSON.stringify(answer));
  server.kill();
  process.exit(0);
})();
