-- What 0009 says of the order of two persons' locks does not hold in full: the right person is held when the number is looked up
-- (`resolve`), before `correct_subject` holds the former ones in their order. Two corrections that swap two persons at the same moment can wait for
-- each other; Postgres ends one of them, which is answered 503, has done nothing, and may be sent again.

comment on function vault.correct_subject(uuid, uuid[], uuid, boolean, text) is
  'Holds the former persons in the order of their references, after the right one: two corrections that swap persons can deadlock, and one is ended.';
