-- A key that was altered opens nothing and cannot move to another epoch: what it held is given up by a person, and the ledger says so.
insert into vault.erasure_reasons (code) values ('KEY_LOST');
