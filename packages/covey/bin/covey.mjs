#!/usr/bin/env node
/** The `covey` command: hands the command line to @covey/cli. */
import process from 'node:process';
import { runCli } from '@covey/cli';

process.exitCode = await runCli(process.argv.slice(2));
