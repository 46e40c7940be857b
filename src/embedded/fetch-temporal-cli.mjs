import { TestWorkflowEnvironment } from '@temporalio/testing';

/** Run as a process of its own: has the SDK download the CLI of a version into a folder, by starting a server with it once. */

const [version, downloadDir] = process.argv.slice(2);
try {
  const server = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', version, downloadDir } },
  });
  await server.teardown();
} catch (error) {
  // The cause that says something stands last: "… dns error: failed to look up address information".
  console.error(String(error.message).split(': ').slice(-2).join(': '));
  process.exitCode = 1;
}
