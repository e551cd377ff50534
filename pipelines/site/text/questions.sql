-- The questions of docs/sql.md and of the page of SQL: the one place where they stand.
--
-- Each begins with its title in English and in Spanish. Every DuckDB since 1.4, the one in the browser included, answers
-- them. Columns that end in _en have a twin that ends in _es, which the Spanish page asks for. The dataset
-- 'demo-compras/contratos' and the country 'MX' are replaced by what a site holds.

-- en: Which ministries' datasets got worse this quarter, and why?
-- es: ¿Los conjuntos de datos de qué instituciones empeoraron este trimestre, y por qué?
with began as (
  select e.dataset, e.night, e.dimension, e.key, e.title_en || ': ' || e.reason as why
  from expectation_history e join worst_regressions w using (dataset, night, dimension)
  where e.outcome = 'failed'
    and not exists (select 1 from expectation_history b where b.dataset = e.dataset and b.night = w.night_before
                    and b.key = e.key and b.outcome = 'failed')
)
select w.publisher, w.dataset, w.night, w.dimension, w.change, w.regained,
       coalesce(string_agg(began.why, '; ' order by began.key, began.why), w.explanation_en) as why
from worst_regressions w left join began using (dataset, night, dimension)
where w.night >= date_trunc('quarter', (select max(night) from score_history))
group by w.publisher, w.dataset, w.night, w.dimension, w.change, w.regained, w.explanation_en
order by w.change, w.dataset, w.night, w.dimension;

-- en: Which publisher's data is best?
-- es: ¿Los datos de qué institución son los mejores?
select rank, publisher, content, access, lowest_content, datasets_measured, datasets
from publisher_ranking order by rank nulls last;

-- en: What is each dataset good for today, and why not?
-- es: ¿Para qué sirve hoy cada conjunto de datos, y por qué no?
select dataset, outcome, reason from latest_verdict order by outcome, dataset;

-- en: Which critical rules fail today, and in how many rows?
-- es: ¿Qué reglas críticas no se cumplen hoy, y en cuántas filas?
select dataset, title_en, col, unexpected_count, element_count
from latest_expectation where outcome = 'failed' and severity = 'critical'
order by unexpected_percent desc nulls first, dataset, key;

-- en: What should each dataset mend first, and how many points would it gain?
-- es: ¿Qué debería corregirse primero en cada conjunto de datos, y cuántos puntos ganaría?
select dataset, title_en, category, gain_in_category
from latest_fix where place = 1 order by gain_in_category desc, dataset;

-- en: Which office has most to mend?
-- es: ¿Qué oficina tiene más que corregir?
select contact_name, datasets, datasets_failed, critical_failed, warning_failed, fixes
from owner_workload order by critical_failed desc, fixes desc;

-- en: How long did faults last until they were mended?
-- es: ¿Cuánto duraron las fallas hasta que se corrigieron?
select dataset, condition, severity, since, recovered_on, days_to_repair
from time_to_repair order by days_to_repair desc nulls first, condition;

-- en: What is broken now that an owner was told of?
-- es: ¿Qué está descompuesto ahora y se avisó a su responsable?
select dataset, summary_en, since from open_alerts order by since;

-- en: Did a column disappear, and did it come back?
-- es: ¿Desapareció alguna columna, y volvió?
select night, dataset, column_change, col_before, col_after from schema_changes order by night;

-- en: How fast does each table grow?
-- es: ¿Qué tan rápido crece cada tabla?
select dataset, min(night) as first_night, arg_min(rows, night) as rows_then, arg_max(rows, night) as rows_now,
       sum(rows_change) as rows_gained
from rows_over_time where main group by dataset order by rows_gained desc, dataset;

-- en: How old is the data, and is that later than promised?
-- es: ¿Qué antigüedad tienen los datos, y es más de lo prometido?
select dataset, accrual_periodicity, round(days_since_newest_date, 1) as days_since_newest_date,
       round(days_since_change, 1) as days_since_change, late
from freshness order by dataset;

-- en: Can the files be had?
-- es: ¿Se pueden obtener los archivos?
select dataset, nights_known, uptime, down_since from uptime order by uptime, dataset;

-- en: How often does each file change, and how large is it?
-- es: ¿Cada cuánto cambia cada archivo, y qué tamaño tiene?
select dataset, count(*) as visits, count(*) filter (where changed) as changes, max(bytes) as largest
from availability group by dataset order by changes desc, dataset;

-- en: How did the content score of one dataset move?
-- es: ¿Cómo se movió el puntaje de contenido de un conjunto de datos?
select night, score, change from score_change
where dataset = 'demo-compras/contratos' and dimension = 'content' order by night;

-- en: On how many nights was each dataset fit for use?
-- es: ¿Cuántas noches sirvió cada conjunto de datos?
select dataset, count(*) filter (where outcome = 'passed') as passed, count(*) as nights
from verdict_history group by dataset order by passed desc, dataset;

-- en: Which dimension is weakest?
-- es: ¿Qué dimensión es la más débil?
select category, dimension, round(avg(score), 2) as score, count(score) as datasets
from latest_score where dimension <> category group by category, dimension order by avg(score) nulls last, dimension;

-- en: Which rules has a dataset broken on every night?
-- es: ¿Qué reglas incumplió un conjunto de datos todas las noches?
select dataset, key, count(*) as nights, max(unexpected_count) as most_rows
from expectation_history e where severity = 'critical' and outcome = 'failed'
group by dataset, key
having count(distinct night) = (select count(*) from verdict_history v where v.dataset = e.dataset)
order by dataset, key;

-- en: Which of the guide's 30 datasets does the country publish, and how good are they?
-- es: ¿Cuáles de los 30 conjuntos de la guía publica el país, y qué tan buenos son?
select number, guide_title_en, publisher, outcome, access, content
from coverage_of_guide where country = 'MX' and state = 'published' order by number;

-- en: Was any score judged by other rules than the night before?
-- es: ¿Se evaluó algún puntaje con otras reglas que la noche anterior?
select night, dataset, category, rules_before, rules from rule_changes order by night, dataset, category;

-- en: Which datasets are under an open licence?
-- es: ¿Qué conjuntos de datos tienen una licencia abierta?
select dataset, license_id, license_open from latest_dataset order by license_open desc nulls last, dataset;
