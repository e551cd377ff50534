-- What else a portal tells of a dataset, what its owner attests; other scales, what to mend first, and the guide's list.

ALTER TABLE dataset ADD COLUMN themes VARCHAR[];
ALTER TABLE dataset ADD COLUMN spatial VARCHAR;
ALTER TABLE dataset ADD COLUMN temporal VARCHAR;
ALTER TABLE dataset ADD COLUMN access_rights VARCHAR;
ALTER TABLE dataset ADD COLUMN rights VARCHAR;
ALTER TABLE dataset ADD COLUMN declared VARCHAR[];
ALTER TABLE dataset ADD COLUMN attested VARCHAR;
COMMENT ON COLUMN dataset.declared IS 'Properties that stand here as sources.yaml has them; whether the portal tells them too is unknown.';
COMMENT ON COLUMN dataset.attested IS 'JSON object: what the owner attests, by name.';

CREATE TABLE scale_score (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, scale VARCHAR NOT NULL,
    part VARCHAR NOT NULL, item VARCHAR NOT NULL, points DOUBLE, known DOUBLE NOT NULL, most DOUBLE NOT NULL,
    evidence VARCHAR NOT NULL, metric VARCHAR, rules VARCHAR NOT NULL, title_en VARCHAR, title_es VARCHAR);
COMMENT ON TABLE scale_score IS 'Points of a dataset on a scale of others: the Charter''s principles, Mexico''s of 2019, the European MQA.';
COMMENT ON COLUMN scale_score.part IS 'Part of the scale; empty: the whole scale.';
COMMENT ON COLUMN scale_score.item IS 'Item of the part; empty: the whole part.';
COMMENT ON COLUMN scale_score.points IS 'Points that were got; NULL: unknown, which is never full marks.';
COMMENT ON COLUMN scale_score.known IS 'Points that could have been got by what is known.';
COMMENT ON COLUMN scale_score.most IS 'Points that the scale gives at most.';
COMMENT ON COLUMN scale_score.evidence IS 'measured, attested by the owner, observed by a user, or unknown; of several: mixed.';

CREATE TABLE fix (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, place INTEGER NOT NULL,
    subject VARCHAR NOT NULL, kind VARCHAR NOT NULL, category VARCHAR NOT NULL, dimension VARCHAR NOT NULL,
    gain DOUBLE NOT NULL, gain_in_category DOUBLE NOT NULL, rules VARCHAR NOT NULL,
    title_en VARCHAR, title_es VARCHAR, advice_en VARCHAR, advice_es VARCHAR);
COMMENT ON TABLE fix IS 'What to mend, by the points that it would gain; the first place gains most.';
COMMENT ON COLUMN fix.subject IS 'The metric or expectation that takes the points.';
COMMENT ON COLUMN fix.kind IS 'metric or expectation.';
COMMENT ON COLUMN fix.gain IS 'Points that its dimension gains when it is mended.';
COMMENT ON COLUMN fix.gain_in_category IS 'Points that its category gains when it is mended.';

CREATE TABLE guide_dataset (
    number INTEGER NOT NULL, guide_dataset VARCHAR NOT NULL, title_en VARCHAR NOT NULL, title_es VARCHAR NOT NULL);
COMMENT ON TABLE guide_dataset IS 'The 30 priority datasets of the Open Up Guide, in its order.';
INSERT INTO guide_dataset VALUES
    (1, 'interest_declarations', 'Interest declarations', 'Declaraciones de intereses'),
    (2, 'lobbying_register', 'Lobbying register', 'Registro de cabildeo (lobby)'),
    (3, 'company_register', 'Company register', 'Registro de empresas (y beneficiarios finales)'),
    (4, 'charity_register', 'Charity register', 'Registro de organizaciones sin fines de lucro'),
    (5, 'pep_list', 'Politically exposed people''s list', 'Lista de personas políticamente expuestas'),
    (6, 'public_officials_register', 'Public officials register', 'Directorio / registro de servidores públicos'),
    (7, 'government_contractors', 'List of government contractors', 'Padrón de proveedores y contratistas del gobierno'),
    (8, 'corruption_sensitive_postings', 'Corruption-sensitive postings', 'Puestos sensibles a la corrupción'),
    (9, 'advisory_board_members', 'Council / advisory board members', 'Integrantes de consejos y órganos consultivos'),
    (10, 'contracts_register', 'Contracts register', 'Registro de contratos'),
    (11, 'political_finance', 'Political parties finances', 'Finanzas de los partidos políticos'),
    (12, 'budgets', 'Budgets', 'Presupuestos'),
    (13, 'tenders_awards', 'Tender and award processes', 'Licitaciones y adjudicaciones'),
    (14, 'licences_concessions_permits', 'Licenses, concessions and permits', 'Licencias, concesiones y permisos'),
    (15, 'ppps', 'PPPs', 'Asociaciones público-privadas (APP)'),
    (16, 'spending', 'Spending', 'Gasto público ejercido (pagos)'),
    (17, 'government_grants', 'Government grants', 'Subsidios, subvenciones y donativos públicos'),
    (18, 'international_aid', 'International aid and financing', 'Cooperación y financiamiento internacional'),
    (19, 'audit_data', 'Audit data', 'Datos de auditorías (fiscalización)'),
    (20, 'voting_records', 'Voting records', 'Registros de votaciones legislativas'),
    (21, 'court_data', 'Court data', 'Datos judiciales'),
    (22, 'government_projects', 'Register of government projects', 'Registro de proyectos de gobierno (obra e inversión)'),
    (23, 'meeting_records', 'Meeting records', 'Registros de reuniones (agendas)'),
    (24, 'regulation_changes', 'Records of changes in regulations', 'Registro de cambios regulatorios'),
    (25, 'campaign_promises', 'Campaign promises', 'Promesas y compromisos de campaña'),
    (26, 'debarred_contractors', 'Debarred or sanctioned contractors', 'Proveedores y contratistas inhabilitados o sancionados'),
    (27, 'procurement_complaints', 'Public procurement complaints registers', 'Registro de inconformidades en contrataciones públicas'),
    (28, 'land_register', 'Land/Property register and cadastre (public land)', 'Registro de la propiedad y catastro (predios públicos)'),
    (29, 'tax_records', 'Tax records', 'Registros fiscales (contribuyentes y beneficios)'),
    (30, 'asset_declarations', 'Asset declarations', 'Declaraciones patrimoniales');
