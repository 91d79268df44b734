// Parses Cursor-on-Target messages with CloudTAK's parser: one JSON string a line on stdin, one answer a line on stdout.
// With --round the answer has what is left of a message that went through GeoJSON and back, as CloudTAK writes it.
import { createInterface } from 'node:readline';
import { CoTParser, DataPackage } from '@tak-ps/node-cot';

const round = process.argv.includes('--round');
const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
    const xml = JSON.parse(line);
    if (process.argv.includes('--package')) {
        const opened = await DataPackage.parse(xml);
        const cots = await opened.cots();
        console.log(JSON.stringify({ name: opened.settings.name, uids: cots.map((one) => one.uid()) }));
        continue;
    }
    const cot = CoTParser.from_xml(xml);
    const feature = await CoTParser.to_geojson(cot);
    const answer = { uid: cot.uid(), type: cot.type(), feature };
    if (round) {
        const again = await CoTParser.from_geojson(feature);
        answer.xml = CoTParser.to_xml(again);
    }
    console.log(JSON.stringify(answer));
}
