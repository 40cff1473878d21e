-- A table in memory with an index, grouped, joined with itself, its texts put together.
CREATE TABLE t(id INTEGER PRIMARY KEY, word TEXT, n INTEGER);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300000)
  INSERT INTO t SELECT i, 'word' || (i * 7919 % 10007), i * 31 % 1009 FROM c;
CREATE INDEX w ON t(word, n);
SELECT n, count(*), max(word) FROM t GROUP BY n ORDER BY 2 DESC, 1 LIMIT 5;
SELECT count(*) FROM t a JOIN t b ON a.word = b.word AND a.n < b.n;
SELECT group_concat(word) FROM (SELECT DISTINCT word FROM t ORDER BY word DESC LIMIT 20);
SELECT sum(length(g)) FROM (SELECT group_concat(word, ' ') AS g FROM t GROUP BY n);
UPDATE t SET word = word || '-' || n WHERE n % 3 = 0;
DELETE FROM t WHERE n % 5 = 0;
SELECT count(*), sum(length(word)) FROM t;
