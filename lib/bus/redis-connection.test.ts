import { expect, test } from "bun:test";
import { ErrorReply } from "redis";
import { replyCode } from "@lib/bus/redis-connection.ts";

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", "OOM"],
  ["READONLY You can't write against a read only replica. script: 34096f8c, on @user_script:7.", "READONLY"],
  [
    "ERR Error running script (call to f_34096f8c): @user_script:7: @user_script: 7: -OOM command not allowed when used memory > 'maxmemory'.",
    "OOM",
  ],
  ["ERR max number of clients reached", "ERR"],
])("the code of %j is %s", (message, code) => {
  expect(replyCode(new ErrorReply(message))).toBe(code);
});
