BEGIN TRANSACTION;
CREATE TABLE alert (
	id VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	records VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	alert TEXT NOT NULL, 
	PRIMARY KEY (id, revision)
);
INSERT INTO "alert" VALUES('yfekpcujh7',1,'real','2026-11-27 06:15:17.000000','{"id":"yfekpcujh7","revision":1,"state":"open","step":"raised","who":"cop","at":"2026-11-27T06:15:17","raised_at":"2026-11-27T06:15:17","finding":{"detector":"surge","records":"real","sector":"AVE","sector_name":"Rio Grande Valley","zone":null,"first_segment":"RGV-0001","last_segment":"RGV-0056","lat":26.1,"lon":-98.2,"mgrs":"14R NP 7 8","area":[[-99.0,26.0],[-98.0,26.0],[-98.0,27.0],[-99.0,26.0]],"started_at":"2026-03-01T00:00:00","alarm_from":"2026-03-02T00:00:00","until":"2026-03-04T00:00:00","unit":"events","observed":60,"expected":24.0,"low":17.0,"high":31.0,"kinds":{"crossing":50,"rescue":10},"groups":{},"evidence":[{"start":"2026-03-01T00:00:00","n":20,"expected":8.0,"low":5.0,"high":11.0,"on":false},{"start":"2026-03-02T00:00:00","n":20,"expected":8.0,"low":5.0,"high":11.0,"on":true},{"start":"2026-03-03T00:00:00","n":20,"expected":8.0,"low":5.0,"high":11.0,"on":true}],"own_alarms":2,"own_days":350,"marking":"TLP:GREEN","version":7,"known_at":"2026-03-04T00:00:00"},"acknowledged_by":null,"closed_by":null,"outcome":null,"reason":""}');
INSERT INTO "alert" VALUES('yfekpcujh7',2,'real','2026-11-27 06:15:17.000000','{"id":"yfekpcujh7","revision":2,"state":"acknowledged","step":"acknowledged","who":"Avery","at":"2026-11-27T06:15:17","raised_at":"2026-11-27T06:15:17","finding":{"detector":"surge","records":"real","sector":"AVE","sector_name":"Rio Grande Valley","zone":null,"first_segment":"RGV-0001","last_segment":"RGV-0056","lat":26.1,"lon":-98.2,"mgrs":"14R NP 7 8","area":[[-99.0,26.0],[-98.0,26.0],[-98.0,27.0],[-99.0,26.0]],"started_at":"2026-03-01T00:00:00","alarm_from":"2026-03-02T00:00:00","until":"2026-03-04T00:00:00","unit":"events","observed":60,"expected":24.0,"low":17.0,"high":31.0,"kinds":{"crossing":50,"rescue":10},"groups":{},"evidence":[{"start":"2026-03-01T00:00:00","n":20,"expected":8.0,"low":5.0,"high":11.0,"on":false},{"start":"2026-03-02T00:00:00","n":20,"expected":8.0,"low":5.0,"high":11.0,"on":true},{"start":"2026-03-03T00:00:00","n":20,"expected":8.0,"low":5.0,"high":11.0,"on":true}],"own_alarms":2,"own_days":350,"marking":"TLP:GREEN","version":7,"known_at":"2026-03-04T00:00:00"},"acknowledged_by":"Avery","closed_by":null,"outcome":null,"reason":""}');
CREATE TABLE alert_watch (
	version VARCHAR NOT NULL, 
	watched_at DATETIME NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "alert_watch" VALUES('Avery','2026-11-27 06:15:17.000000');
CREATE TABLE annotation (
	id VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	drawing TEXT NOT NULL, 
	author VARCHAR NOT NULL, 
	drawn_at DATETIME NOT NULL, 
	valid_until DATETIME, 
	retired_at DATETIME, 
	retired_by VARCHAR, 
	PRIMARY KEY (id, revision)
);
INSERT INTO "annotation" VALUES('epbqyeksmv',1,'{"shape":"area","purpose":"interest","title":"Falcon","coordinates":[[-111.0,31.0],[-110.0,31.0],[-110.0,32.0],[-111.0,32.0]],"marking":"TLP:CLEAR","lasts_h":24}','Avery','2026-11-27 06:15:17.168720','2026-11-28 06:15:17.168720',NULL,NULL);
CREATE TABLE attendance (
	server VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	seen_at FLOAT NOT NULL, 
	PRIMARY KEY (server, id)
);
INSERT INTO "attendance" VALUES('server','0000000000000041','Avery','viewer',1.79576011723700904e+09);
CREATE TABLE audit (
	id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	who VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	version INTEGER, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES('7721ee8fc6ce011e3bcc05dc8bec0fb6','2026-11-27 06:15:17.000000','cop','alert yfekpcujh7','raised',1,'surge in AVE from 010000Z MAR 26: 60 events, 24.0 expected, data version 7');
INSERT INTO "audit" VALUES('6567980750f0e14a0d075db6ba791d16','2026-11-27 06:15:17.000000','Avery','alert yfekpcujh7','acknowledged',2,'surge in AVE from 010000Z MAR 26: 60 events, 24.0 expected, data version 7');
INSERT INTO "audit" VALUES('76faf6380296ea815b201396a72e6e5e','2026-11-27 06:15:17.000000','Avery','impact TCA-0010','changed',7,'revision 1: Avery changed to low (proposed: temporarily critical), 270615Z NOV 26, until 270615Z DEC 26: seen on the ground');
CREATE TABLE board (
	revision INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	change JSON NOT NULL, 
	board JSON NOT NULL, 
	PRIMARY KEY (revision)
);
INSERT INTO "board" VALUES(1,1.79576011717151021e+09,'{"annotations": 1}','{"revision": 1, "presenter": null, "since": null, "camera": null, "wanted": null, "layers": null, "pointer": null, "frame": null, "annotations": 1}');
CREATE TABLE impact (
	records VARCHAR NOT NULL, 
	segment_id VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	step VARCHAR NOT NULL, 
	level VARCHAR, 
	proposed VARCHAR NOT NULL, 
	evidence TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	until DATETIME, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (records, segment_id, revision)
);
INSERT INTO "impact" VALUES('real','TCA-0010',1,'changed','low','critical','rule: made up','seen on the ground','Avery','2026-11-27 06:15:17.000000','2026-12-27 06:15:17.000000',7);
CREATE TABLE layer_near (
	layer VARCHAR NOT NULL, 
	near VARCHAR NOT NULL, 
	PRIMARY KEY (layer)
);
INSERT INTO "layer_near" VALUES('layer_avery','a356442440bfb82f99cc59b70e3abd869a4b1a81d2e81b6752555da8491ca7bd');
CREATE TABLE mapping (
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	columns_key VARCHAR NOT NULL, 
	columns TEXT NOT NULL, 
	choices TEXT NOT NULL, 
	declared TEXT NOT NULL, 
	written TEXT NOT NULL, 
	author VARCHAR NOT NULL, 
	saved_at DATETIME NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "mapping" VALUES('rescues of Avery','events','3f2ca58e4297e4df235b799b3dc97ec1b51954e4687d7ef6603096eb306a3fd4','["case", "when", "grid", "what", "people", "phone"]','{"layer":null,"encoding":null,"crs":null,"swap_axes":null,"roles":{"grid":"position","when":"time"},"day_first":null,"time_zone":"UTC","columns":null,"keep_photo":false,"numbered":false}','{"kind": "events", "source": {"id": "county_rescues", "title": "Rescues of the county", "publisher": "County sheriff''s office", "terms": "for the partners at the table", "marking": "TLP:GREEN"}, "columns": {"source_id": "case", "kind": "what", "count": "people"}, "maps": {"kind": {"heat": "rescue", "injury": "rescue"}}, "values": {"unit": "people", "detection": "public-report", "confidence": "high"}, "time": {"precision": "minute"}, "attributes": ["what"]}','{"reader":null,"time_format":null,"plain":false}','Avery','2026-11-26 00:00:00.000000');
CREATE TABLE picture (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	description TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	newest INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "picture" VALUES('wz6ddxqscf','Brief of Avery','','2026-11-27 06:15:17.003649',NULL,2);
CREATE TABLE picture_revision (
	picture_id VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	pairs TEXT NOT NULL, 
	author VARCHAR NOT NULL, 
	saved_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	marking VARCHAR NOT NULL, 
	figures TEXT NOT NULL, 
	thumbnail BLOB NOT NULL, 
	PRIMARY KEY (picture_id, number), 
	FOREIGN KEY(picture_id) REFERENCES picture (id)
);
INSERT INTO "picture_revision" VALUES('wz6ddxqscf',1,'[["from", "2026-10-01"], ["to", "2026-11-01"], ["records", "synthetic"], ["map", "31.34000,-110.94000,8.00"]]','Avery','2026-11-27 06:15:17.003649',3,'TLP:GREEN','[{"title": "Events", "value": "12", "change": null, "amount": 12}, {"title": "Border watched", "value": "unknown", "change": null, "amount": null}]',X'89504E470D0A1A0A0000000D49484452000000300000001B08000000001F0253AE0000001B49444154789C63E461200D3091A87E54C3A886510DA31A86BE0600CEAC00428374AECF0000000049454E44AE426082');
INSERT INTO "picture_revision" VALUES('wz6ddxqscf',2,'[["from", "2026-10-01"], ["to", "2026-11-01"], ["records", "synthetic"], ["map", "31.34000,-110.94000,8.00"]]','Avery','2026-11-27 06:15:17.075446',3,'TLP:GREEN','[{"title": "Events", "value": "9", "change": null, "amount": 9}, {"title": "Border watched", "value": "unknown", "change": null, "amount": null}]',X'89504E470D0A1A0A0000000D49484452000000300000001B08000000001F0253AE0000001B49444154789C63E464200D3091A87E54C3A886510DA31A86BE0600BF2E003F07DDE01E0000000049454E44AE426082');
COMMIT;
